"""Reads the metrics of a run from `eplusout.sql`, its view `TabularDataWithStrings`.

Tables and units are those of EnergyPlus's Output Details and Examples, "Predefined Summary Reports". A model may choose
other units for its tables: they are converted, and a unit that is not known leaves its metric out.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sv_contract.energyplus import OldMetrics, SiteMetrics
from sv_energyplus.model import TRANSMITTED_SOLAR

GJ_IN_KWH = 1000 / 3.6
BTU_IN_KWH = 1055.05585262 / 3.6e6

TO_KWH = {"GJ": GJ_IN_KWH, "MJ": GJ_IN_KWH / 1000, "J": 1 / 3.6e6, "kWh": 1.0, "Wh": 0.001, "kBtu": 1000 * BTU_IN_KWH}
TO_M2 = {"m2": 1.0, "ft2": 0.09290304}
TO_W = {"W": 1.0, "kW": 1000.0}
TO_HOURS = {"Hours": 1.0, "hr": 1.0, "hrs": 1.0}

UTILITY = "AnnualBuildingUtilityPerformanceSummary"
FUELS = {
    "electricity": ("Electricity",),
    "natural_gas": ("Natural Gas",),
    "district_cooling": ("District Cooling",),
    "district_heating": ("District Heating", "District Heating Water", "District Heating Steam"),
    "other": (
        "Gasoline",
        "Diesel",
        "Coal",
        "Fuel Oil No 1",
        "Fuel Oil No 2",
        "Propane",
        "Other Fuel 1",
        "Other Fuel 2",
    ),
}
"""Columns of the table `End Uses`, by what they are counted as; water is not energy."""

FULL_YEAR_HOURS = {8760.0, 8784.0}


@dataclass(frozen=True)
class Metrics:
    """Everything read from the tables; energies in kWh, areas in m2."""

    site: SiteMetrics
    site_energy_kwh: float | None
    total_area_m2: float | None
    hours_simulated: float | None

    @property
    def old(self) -> OldMetrics:
        """The three metrics of the first contract."""
        return OldMetrics(
            electricity_kwh=self.site.site_electricity_kwh,
            natural_gas_kwh=self.site.site_natural_gas_kwh,
            energy_use_intensity_kwh_m2=self.site.site_eui_kwh_m2,
        )

    @property
    def is_sizing_only(self) -> bool:
        """Whether no hour of a run period was simulated: the tables are full of zeros then, which are no results."""
        return self.hours_simulated == 0

    @property
    def why_no_intensity(self) -> str | None:
        """Why there is no energy use intensity of a year; None where there is."""
        if self.is_sizing_only:
            return "Only design days were simulated."
        if self.site_energy_kwh is None and self.hours_simulated is None:
            return "EnergyPlus simulated nothing: the model has no RunPeriod, or its SimulationControl asks for none."
        if self.site_energy_kwh is None:
            return "EnergyPlus reported no site energy."
        if self.hours_simulated is None:
            return "EnergyPlus did not report how many hours it simulated."
        if self.hours_simulated not in FULL_YEAR_HOURS:
            return f"The run is no full year: {self.hours_simulated:g} hours were simulated."
        return None

    def intensity(self, area_m2: float | None) -> float | None:
        """Site energy per area and year, kWh/(m2 a); None for a run that is no full year."""
        if self.why_no_intensity is not None or self.site_energy_kwh is None or not area_m2:
            return None
        return self.site_energy_kwh / area_m2


def read_metrics(path: Path) -> Metrics | None:
    """Read the metrics; None where there is no database or it has no tables."""
    if not path.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return _read(_Tables(database))
    except sqlite3.Error:
        return None


class _Tables:
    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def value(self, report: str, table: str, row: str, column: str, units: dict[str, float]) -> float | None:
        found = self._database.execute(
            "SELECT Value, Units FROM TabularDataWithStrings WHERE ReportName = ? AND TableName = ?"
            " AND RowName = ? AND ColumnName = ?",
            (report, table, row, column),
        ).fetchone()
        if found is None:
            return None
        text, unit = str(found[0]).strip(), str(found[1] or "").strip()
        factor = units.get(unit)
        try:
            return None if factor is None else float(text) * factor
        except ValueError:
            return None

    def run_period_total(self, variable: str, units: dict[str, float]) -> float | None:
        """Sum of an output variable over its keys and the weather file's run periods (environment type 3)."""
        try:
            total, unit = self._database.execute(
                "SELECT SUM(Value), MIN(Units) FROM ReportVariableWithTime"
                " JOIN EnvironmentPeriods USING (EnvironmentPeriodIndex)"
                " WHERE Name = ? AND ReportingFrequency = 'Run Period' AND EnvironmentType = 3",
                (variable,),
            ).fetchone()
        except sqlite3.OperationalError:
            return None
        return None if total is None or unit not in units else total * units[unit]

    def energy(self, row: str, *columns: str) -> float | None:
        """Energy of a row of the end uses, kWh, over some fuels; None where no fuel has a value."""
        values = [self.value(UTILITY, "End Uses", row, column, TO_KWH) for column in columns]
        known = [each for each in values if each is not None]
        return sum(known) if known else None


def _read(tables: _Tables) -> Metrics:
    hours = tables.value(
        "InputVerificationandResultsSummary", "General", "Hours Simulated", "Value", TO_HOURS | {"": 1.0}
    )
    conditioned = tables.value(UTILITY, "Building Area", "Net Conditioned Building Area", "Area", TO_M2)
    total = tables.value(UTILITY, "Building Area", "Total Building Area", "Area", TO_M2)
    if hours == 0:
        return Metrics(SiteMetrics(simulated_conditioned_area_m2=conditioned), None, total, hours)
    site, site_energy = _read_site(tables, conditioned)
    return Metrics(site, site_energy, total, hours)


def _read_site(tables: _Tables, conditioned: float | None) -> tuple[SiteMetrics, float | None]:
    totals = {name: tables.energy("Total End Uses", *columns) for name, columns in FUELS.items()}
    energies = [each for each in totals.values() if each is not None]
    site_energy = sum(energies) if energies else None
    every_fuel = [column for columns in FUELS.values() for column in columns]

    def unmet(which: str) -> float | None:
        row = f"Time Setpoint Not Met During Occupied {which}"
        return tables.value(UTILITY, "Comfort and Setpoint Not Met Summary", row, "Facility", TO_HOURS)

    def window(column: str) -> float | None:
        table = "Annual Building Sensible Heat Gain Components"
        value = tables.value("SensibleHeatGainSummary", table, "Total Facility", column, TO_KWH)
        return None if value is None else abs(value)

    site = SiteMetrics(
        site_electricity_kwh=totals["electricity"],
        site_natural_gas_kwh=totals["natural_gas"],
        site_district_cooling_kwh=totals["district_cooling"],
        site_district_heating_kwh=totals["district_heating"],
        site_other_fuels_kwh=totals["other"],
        site_eui_kwh_m2=site_energy / conditioned if site_energy is not None and conditioned else None,
        heating_energy_kwh=tables.energy("Heating", *every_fuel),
        cooling_energy_kwh=tables.energy("Cooling", *every_fuel),
        interior_lighting_kwh=tables.energy("Interior Lighting", *every_fuel),
        fans_energy_kwh=tables.energy("Fans", *every_fuel),
        pumps_energy_kwh=tables.energy("Pumps", *every_fuel),
        water_systems_kwh=tables.energy("Water Systems", *every_fuel),
        unmet_heating_hours=unmet("Heating"),
        unmet_cooling_hours=unmet("Cooling"),
        peak_electric_demand_w=tables.value(
            "DemandEndUseComponentsSummary", "End Uses", "Total End Uses", "Electricity", TO_W
        ),
        simulated_conditioned_area_m2=conditioned,
        window_heat_gain_kwh=window("Window Heat Addition"),
        window_heat_loss_kwh=window("Window Heat Removal"),
        window_transmitted_solar_kwh=tables.run_period_total(TRANSMITTED_SOLAR, TO_KWH),
    )
    return site, site_energy
