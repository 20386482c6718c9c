"""The contract of the app `energyplus-runner`.

Old callers send `energyplus_payload`, `weather_file`, `simulation_id` and `return_logs`, and get `OldResult`'s members,
no more: they forbid others. Success means return code 0 and no errors; error means another code, -1 where EnergyPlus
did not run or its result does not count. Additions come with `extras=True` alone.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from sv_contract.wire import Contract, WireNumber

STDOUT_TAIL_CHARACTERS = 4000
ERR_TAIL_LINES = 200

SimulationId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]
"""Name of a folder below `/outputs`."""

NotNegative = Annotated[WireNumber, Field(ge=0)]


class EnergyPlusArguments(Contract):
    """Keyword arguments of `run_energyplus_simulation`."""

    energyplus_payload: dict[str, Any] | str | bytes
    """A model: epJSON, or its text, or the text of an IDF."""
    weather_file: Annotated[str, Field(min_length=1)]
    """Name of an EPW file, of those the image has, or of `weather_content`."""
    simulation_id: SimulationId | None = None
    return_logs: bool = True
    extras: bool = False
    weather_content: bytes | None = None
    """Addition: the bytes of the EPW file itself."""
    use_test_volume: bool | None = None
    """Addition: the volume that the caller counts on; None takes the one that was deployed."""
    period: Literal["annual", "design_day"] | None = None
    """Addition: None simulates what the model says."""
    keep_outputs: Literal["summary", "all"] = "all"
    timeout_seconds: WireNumber | None = None
    """Wall-clock seconds."""


class CleanupArguments(Contract):
    """Keyword arguments of `cleanup_simulation_outputs`."""

    simulation_id: SimulationId
    missing_ok: bool = True
    use_test_volume: bool | None = None


class CleanupResult(Contract):
    """Result of `cleanup_simulation_outputs`."""

    simulation_id: str
    deleted: bool


class OutputPaths(Contract):
    """Container paths of outputs; None for a file that there is not."""

    eplusout_sql: str | None = None
    eplusout_err: str | None = None
    eplusout_csv: str | None = None
    eplusout_eso: str | None = None


class OldMetrics(Contract):
    """Site energy of the run; None where EnergyPlus did not tell it."""

    electricity_kwh: NotNegative | None = None
    natural_gas_kwh: NotNegative | None = None
    energy_use_intensity_kwh_m2: NotNegative | None = None
    """All fuels, per conditioned area, in the simulated period."""


class SiteMetrics(Contract):
    """Site energy, comfort and heat gains of the run; None where EnergyPlus did not tell it. Units as named."""

    site_electricity_kwh: NotNegative | None = None
    site_natural_gas_kwh: NotNegative | None = None
    site_district_cooling_kwh: NotNegative | None = None
    site_district_heating_kwh: NotNegative | None = None
    site_other_fuels_kwh: NotNegative | None = None
    site_eui_kwh_m2: NotNegative | None = None
    heating_energy_kwh: NotNegative | None = None
    cooling_energy_kwh: NotNegative | None = None
    interior_lighting_kwh: NotNegative | None = None
    fans_energy_kwh: NotNegative | None = None
    pumps_energy_kwh: NotNegative | None = None
    water_systems_kwh: NotNegative | None = None
    unmet_heating_hours: NotNegative | None = None
    unmet_cooling_hours: NotNegative | None = None
    peak_electric_demand_w: NotNegative | None = None
    simulated_conditioned_area_m2: NotNegative | None = None
    window_heat_gain_kwh: NotNegative | None = None
    window_heat_loss_kwh: NotNegative | None = None
    window_transmitted_solar_kwh: NotNegative | None = None


class RunLogs(Contract):
    """The ends of what EnergyPlus wrote."""

    stdout_tail: str
    stderr_tail: str
    err_tail: str


class ErrMessage(Contract):
    """One message of `eplusout.err`, with its continuation lines."""

    severity: Literal["warning", "severe", "fatal"]
    text: str


class EnergyPlusFacts(Contract):
    """What truly happened."""

    runner: str
    deploy_tag: str | None = None
    """Of the deploy that this runner came from (see `sv_contract.settings`)."""
    engine: str | None
    """As EnergyPlus names itself."""
    model_version: str | None
    version_match: bool | None
    """Whether the model's version is the engine's, major and minor; None where one is unknown."""
    volume: str
    uses_test_volume: bool
    exit_code: int | None
    """Of EnergyPlus; None where it was not run."""
    completed_successfully: bool
    """By the last line of `eplusout.err`."""
    warning_count: int
    severe_count: int
    fatal_count: int
    hours_simulated: NotNegative | None
    total_area_m2: NotNegative | None
    eui_conditioned_kwh_m2_a: NotNegative | None
    eui_total_kwh_m2_a: NotNegative | None
    """Site energy per area and year."""
    eui_reason: str | None
    """Why the two intensities are None."""


class OldResult(Contract):
    """Result of `run_energyplus_simulation` for old callers."""

    simulation_id: str
    status: Literal["success", "error"] = "error"
    outputs: OutputPaths = OutputPaths()
    metrics: OldMetrics = OldMetrics()
    logs: RunLogs | None = None
    weather_file: str | None = None
    output_dir: str | None = None
    energyplus_input_file_path: str | None = None
    energyplus_payload_format: Literal["epjson", "idf"] | None = None
    errors: list[str] = []
    messages: list[str] = []
    energyplus_returncode: int = -1
    execution_seconds: NotNegative = 0.0
    """Wall-clock seconds of the call in the container."""
    invocation_mode: Literal["cli", "python_api"] = "cli"


class EnergyPlusResult(OldResult):
    """Result of `run_energyplus_simulation` with `extras=True`."""

    site_metrics: SiteMetrics | None = None
    facts: EnergyPlusFacts | None = None
    err_messages: list[ErrMessage] | None = None
    """The first of each severity, fatal ones first."""
