"""The contract of the app `fmi-runner`, member by member that of the TypeScript side (`src/runner/contract.ts`).

The old callers (eight keyword arguments) forbid members they do not know: they get `status`, `outputs` and `errors`.
Everything else comes with `extras=True` alone. Times are model times in seconds
unless a name says otherwise.
"""

from typing import Annotated, Literal

from pydantic import Field

from sv_contract.wire import Contract, NotNone, WireNumber, WireValue

Checksum = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""sha256 of an FMU's bytes, lowercase hex."""

Bytes = bytes
"""Bytes; of a column little-endian float64 values, 8 bytes each."""

InterfaceType = Literal["co_simulation", "model_exchange"]

MOST_SENT_BYTES = 64 * 1024**2
"""Of all files of a run."""


class SimulationConfig(Contract):
    """When to simulate, s. A member may be left out; None is refused."""

    start_time: Annotated[WireNumber | None, NotNone] = None
    stop_time: Annotated[WireNumber | None, NotNone] = None
    step_size: Annotated[WireNumber | None, NotNone] = None


class FmuReference(Contract):
    """How a caller names an FMU on a volume."""

    fmu_storage_key: Annotated[str, Field(min_length=1)]
    fmu_url: str | None = None
    fmu_checksum: Checksum | None = None
    use_test_volume: bool = False
    return_logs: bool = False


class InputColumn(Contract):
    """One variable over time, in its own unit."""

    values: Bytes
    interpolation: Literal["hold", "linear"]


class InputSeries(Contract):
    """Inputs over time: one value per time point and column; a repeated time is a jump."""

    time: Bytes
    columns: dict[str, InputColumn]


class SentFile(Contract):
    """A file that the FMU reads, by the name it gets there."""

    name: Annotated[str, Field(min_length=1, max_length=255)]
    bytes: Bytes


class RunArguments(FmuReference):
    """Keyword arguments of `run_fmi_simulation`: the eight old ones, then the additions."""

    inputs: dict[str, WireValue] = {}
    """Start values by native name, in the variable's own unit."""
    simulation_config: SimulationConfig = SimulationConfig()
    output_variables: list[str] = []
    """Native names, or patterns with `*`; empty means every variable of causality output."""
    extras: bool = False
    tolerance: WireNumber | None = None
    """Relative."""
    output_interval: WireNumber | None = None
    """Seconds between recorded points: a whole multiple of the step size."""
    timeout_seconds: WireNumber | None = None
    """Wall-clock seconds."""
    input_series: InputSeries | None = None
    files: dict[str, SentFile] | None = None
    """By String parameter, which is set to where the file lies."""
    interface_type: InterfaceType | None = None
    """Co-Simulation unless given, where the FMU has both."""


class ProbeArguments(FmuReference):
    """Keyword arguments of `probe_fmu`."""


class VariableStatistics(Contract):
    """Statistics over every communication point; None where no finite sample was seen."""

    min: WireNumber | None
    min_time: WireNumber | None
    max: WireNumber | None
    max_time: WireNumber | None
    mean: WireNumber | None
    """Over time, by the trapezoidal rule between finite neighbours."""
    final: WireNumber | None
    non_finite_count: int
    first_non_finite_time: WireNumber | None


class RunFacts(Contract):
    """What truly happened."""

    fmi_version: str
    interface_type: InterfaceType
    solver: str | None
    start_time: WireNumber
    stop_time: WireNumber
    step_size: WireNumber
    output_interval: WireNumber
    tolerance: WireNumber | None
    steps: int
    time_reached: WireNumber
    end: Literal["completed", "terminated_by_fmu", "failed", "timed_out", "cancelled"]
    partial: bool
    engine: str
    platform: str
    seconds: WireNumber
    """Wall-clock seconds of the simulation inside its process."""
    deploy_tag: str | None = None
    """Of the deploy that this runner came from (see `sv_contract.settings`)."""


class SeriesColumn(Contract):
    """One recorded scalar; `type` is FMI 3.0's name. Booleans are 0 or 1."""

    type: str
    values: Bytes


class RunSeries(Contract):
    """Recorded columns of `rows` values each."""

    rows: int
    thinned_by: int
    """Every n-th recorded point was kept for transport; the last always is."""
    time: Bytes
    variables: dict[str, SeriesColumn]


class RunResult(Contract):
    """Result of `run_fmi_simulation`."""

    status: Literal["success", "error"]
    outputs: dict[str, WireValue | None] | None = {}
    """Final values by native name."""
    errors: list[str] | None = []
    logs: list[str] | None = None
    messages: list[str] | None = None
    execution_seconds: WireNumber | None = None
    """Wall-clock seconds of the call in the container."""
    statistics: dict[str, VariableStatistics] | None = None
    facts: RunFacts | None = None
    series: RunSeries | None = None


class ProbedVariable(Contract):
    """One variable of an FMU."""

    name: str
    causality: str
    variability: str | None
    value_reference: int
    value_type: str
    """As the FMU's own version of FMI spells it."""
    unit: str | None


class ProbeResult(Contract):
    """Result of `probe_fmu`; exactly these members. A failure lists no variables."""

    status: Literal["success", "error"]
    variables: list[ProbedVariable]
    errors: list[str]
    messages: list[str]
    execution_seconds: WireNumber | None
