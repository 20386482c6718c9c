"""Reads a recording: statistics over every communication point, and the series for transport."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from fmpy.model_description import ModelVariable
from numpy.typing import NDArray

from sv_contract.fmi import RunSeries, SeriesColumn, VariableStatistics
from sv_fmi.description import UNRECORDED_TYPES, Fmu, element_names, type_name
from sv_fmi.times import ROUNDING, Times

MOST_SERIES_BYTES = 16 * 1024**2

Floats = NDArray[np.float64]

_ORDER = ["Float32", "Float64", "Int8", "UInt8", "Int16", "UInt16", "Int32", "UInt32", "Int64", "UInt64", "Boolean"]
_ORDER_OF_FMI_2 = ["Float64", "Int32", "Boolean"]


@dataclass(frozen=True)
class Column:
    """One recorded scalar; `type` is FMI 3.0's name."""

    name: str
    type: str


@dataclass(frozen=True)
class Recording:
    """All samples: times, s, and a row of values for each."""

    columns: list[Column]
    time: Floats
    values: Floats

    @property
    def time_reached(self) -> float | None:
        """Model time of the last communication point, s; None before the first."""
        return float(self.time[-1]) if self.time.size else None


def recorded_columns(fmu: Fmu, outputs: list[str]) -> list[Column]:
    """List the columns of a recording in FMPy's order: by type, then as the model description has them."""
    of_fmi_3 = fmu.description.fmiVersion.startswith("3.")
    order = _ORDER if of_fmi_3 else _ORDER_OF_FMI_2
    carrier = {"Enumeration": "Int64" if of_fmi_3 else "Int32"}

    def rank(variable: ModelVariable) -> int:
        name = type_name(variable)
        return order.index(carrier.get(name, name))

    wanted = set(outputs)
    recorded = [
        each
        for each in fmu.description.modelVariables
        if each.name in wanted and each.name != "time" and each.type not in UNRECORDED_TYPES
    ]
    return [
        Column(name, type_name(variable)) for variable in sorted(recorded, key=rank) for name in element_names(variable)
    ]


def read_recording(path: Path, fmu: Fmu, outputs: list[str]) -> Recording:
    """Read a recording, finished or cut off; a row that was half written is left out."""
    columns = recorded_columns(fmu, outputs)
    width = len(columns) + 1
    raw = np.fromfile(path) if path.exists() else np.empty(0)
    rows = raw[: raw.size // width * width].reshape(-1, width)
    # FMPy samples the last point again where an FMI 2.0 FMU asks for its end.
    if rows.shape[0] > 1 and rows[-1].tobytes() == rows[-2].tobytes():
        rows = rows[:-1]
    time, values = rows[:, 0], rows[:, 1:]
    if "time" in outputs:
        columns, values = [Column("time", "Float64"), *columns], rows
    return Recording(columns, time, values)


def to_statistics(recording: Recording) -> dict[str, VariableStatistics]:
    """Calculate the statistics of every column."""
    if recording.time.size == 0:
        return {}
    return {
        column.name: _statistics(recording.time, recording.values[:, index])
        for index, column in enumerate(recording.columns)
    }


def _statistics(time: Floats, values: Floats) -> VariableStatistics:
    finite = np.isfinite(values)
    count = int(values.size - np.count_nonzero(finite))
    first = float(time[np.argmin(finite)]) if count else None
    final = float(values[-1]) if finite[-1] else None
    if count == values.size:
        return VariableStatistics(
            min=None, min_time=None, max=None, max_time=None, mean=None, final=None,
            non_finite_count=count, first_non_finite_time=first,
        )  # fmt: skip
    least = int(np.argmin(np.where(finite, values, np.inf)))
    most = int(np.argmax(np.where(finite, values, -np.inf)))
    return VariableStatistics(
        min=float(values[least]),
        min_time=float(time[least]),
        max=float(values[most]),
        max_time=float(time[most]),
        mean=_mean(time, values, finite),
        final=final,
        non_finite_count=count,
        first_non_finite_time=first,
    )


def _mean(time: Floats, values: Floats, finite: NDArray[np.bool_]) -> float | None:
    pairs = finite[1:] & finite[:-1]
    widths = np.diff(time)[pairs]
    duration = float(widths.sum())
    if duration <= 0:
        return float(values[finite][-1])
    middles = (values[1:][pairs] + values[:-1][pairs]) * 0.5
    mean = float((middles * widths).sum() / duration)
    # Rounding must not take it out of what was met: a constant's mean is that constant.
    return float(np.clip(mean, values[finite].min(), values[finite].max())) if np.isfinite(mean) else None


def to_series(recording: Recording, times: Times) -> RunSeries | None:
    """Take the recorded points out of all samples, thinned to 16 MiB; None where there are none."""
    if recording.time.size == 0:
        return None
    kept = _kept(recording.time, times)
    most_rows = max(2, MOST_SERIES_BYTES // 8 // (len(recording.columns) + 1))
    thinned_by = 1 if kept.size <= most_rows else -(-kept.size // (most_rows - 1))
    if thinned_by > 1:
        kept = np.unique(np.append(kept[::thinned_by], kept[-1]))
    return RunSeries(
        rows=int(kept.size),
        thinned_by=thinned_by,
        time=_bytes(recording.time[kept]),
        variables={
            column.name: SeriesColumn(type=column.type, values=_bytes(recording.values[kept, index]))
            for index, column in enumerate(recording.columns)
        },
    )


def _kept(time: Floats, times: Times) -> NDArray[np.intp]:
    """Every n-th point of the grid, what lies between grid points (events), and the last."""
    if times.steps_per_point == 1:
        return np.arange(time.size)
    place = (time - times.start) / times.step_size
    nearest = np.round(place)
    on_grid = np.abs(place - nearest) < ROUNDING
    keep = ~on_grid | (nearest % times.steps_per_point == 0)
    keep[-1] = True
    return np.flatnonzero(keep)


def _bytes(values: Floats) -> bytes:
    return np.ascontiguousarray(values, dtype="<f8").tobytes()
