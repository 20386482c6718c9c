"""The app `energyplus-runner`: simulates buildings with EnergyPlus."""
