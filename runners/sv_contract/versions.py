"""Every pinned version in one place; `pyproject.toml` repeats those that a test compares."""

RUNNER_VERSION = "0.1.0"
"""Version of the runners, told as the engine of a run and as the tag `runner_version` of a deployed app."""

PYTHON_VERSION = "3.12"
"""Python inside the containers."""

CBOR2 = "cbor2==6.3.0"
"""Callers in other languages send CBOR, and images older than builder 2025.06 lack this package."""

PYDANTIC = "pydantic==2.14.3"
NUMPY = "numpy==2.2.6"
"""The last that runs on Python 3.10, which the runners support outside containers."""
FMPY = "fmpy==0.3.30"

ENERGYPLUS_VERSION = "25.2.0"
ENERGYPLUS = f"pyenergyplus-lbnl=={ENERGYPLUS_VERSION}"
"""The engine as a Python package (EnergyPlus 25.2.0-cf7368216c), with example models and weather files.

The package's version 26.1.0 still holds the engine 25.2.0.
"""
