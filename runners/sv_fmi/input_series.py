"""Inputs over time as FMPy takes them: one structured array, a repeated time standing for a jump."""

import numpy as np
from fmpy.model_description import ModelVariable
from numpy.typing import NDArray

from sv_contract.fmi import InputSeries
from sv_contract.problem import RunProblem
from sv_fmi.description import UNRECORDED_TYPES, type_name
from sv_fmi.times import Times

Floats = NDArray[np.float64]


def to_signals(series: InputSeries, variables: dict[str, ModelVariable], times: Times) -> NDArray[np.void]:
    """Check a series against the FMU and the run, and return the array for FMPy's `input`; raises RunProblem.

    FMPy draws straight lines for continuous variables: one that is to be held gets a second point at each of its
    jumps. Variables that change at events only are held by FMPy, whatever their column says.
    """
    time = _floats(series.time, "time")
    _check_times(time, times)
    columns: dict[str, Floats] = {}
    held: set[str] = set()
    for name, column in series.columns.items():
        _check_driven(name, variables)
        columns[name] = _column(name, column.values, time)
        variable = variables[name]
        if column.interpolation == "hold" and _is_continuous(variable):
            held.add(name)
    return _structured(*_with_jumps(time, columns, held), variables)


def _floats(raw: bytes, name: str) -> Floats:
    if len(raw) % 8 != 0:
        raise RunProblem(f'Cannot use the input series: "{name}" has {len(raw)} bytes, which are no float64 values.')
    return np.frombuffer(raw, dtype="<f8")


def _check_times(time: Floats, times: Times) -> None:
    if time.size == 0:
        raise RunProblem("Cannot use the input series: it has no time points.")
    if not np.all(np.isfinite(time)) or np.any(np.diff(time) < 0):
        raise RunProblem("Cannot use the input series: its times are not finite numbers that never decrease.")
    slack = 16 * np.finfo(float).eps * max(abs(time[0]), abs(time[-1]))
    if time[0] > times.start + slack or time[-1] < times.stop - slack:
        raise RunProblem(
            f"The input series covers {time[0]} to {time[-1]} s, and the run goes from {times.start} to {times.stop} s."
        )


def _check_driven(name: str, variables: dict[str, ModelVariable]) -> None:
    variable = variables.get(name)
    if variable is None:
        raise RunProblem(f'Cannot drive "{name}": the model has no such scalar variable.')
    if variable.shape:
        raise RunProblem(f'Cannot drive "{name}": it is an array, and this runner drives scalars over time.')
    if variable.type in UNRECORDED_TYPES:
        raise RunProblem(f'Cannot drive "{name}": it is a {variable.type}, and a series holds numbers.')
    tunable = variable.causality == "parameter" and variable.variability == "tunable"
    if variable.causality != "input" and not tunable:
        raise RunProblem(f'Cannot drive "{name}": it is no input and no tunable parameter.')


def _column(name: str, raw: bytes, time: Floats) -> Floats:
    values = _floats(raw, name)
    if values.size != time.size:
        raise RunProblem(
            f'Cannot use the input series: its column "{name}" has {values.size} values for {time.size} time points.'
        )
    if not np.all(np.isfinite(values)):
        raise RunProblem(f'Cannot use the input series: its column "{name}" has values that are not finite numbers.')
    return values


def _is_continuous(variable: ModelVariable) -> bool:
    return type_name(variable) in {"Float32", "Float64"} and variable.variability not in {"discrete", "tunable"}


def _with_jumps(time: Floats, columns: dict[str, Floats], held: set[str]) -> tuple[Floats, dict[str, Floats]]:
    jumps = np.zeros(time.size, dtype=bool)
    for name in held:
        jumps[1:] |= (np.diff(columns[name]) != 0) & (np.diff(time) > 0)
    at = np.flatnonzero(jumps)
    if at.size == 0:
        return time, columns
    widened = {
        name: np.insert(values, at, values[at - 1] if name in held else values[at]) for name, values in columns.items()
    }
    return np.insert(time, at, time[at]), widened


def _structured(time: Floats, columns: dict[str, Floats], variables: dict[str, ModelVariable]) -> NDArray[np.void]:
    dtypes: list[tuple[str, str]] = [("time", "<f8")]
    for name, values in columns.items():
        dtypes.append((name, "<f8"))
        kind = type_name(variables[name])
        if kind not in {"Float32", "Float64", "Boolean"} and np.any(values != np.round(values)):
            raise RunProblem(f'Cannot drive "{name}": it is of type {kind}, and its column has fractions.')
    signals = np.zeros(time.size, dtype=dtypes)
    signals["time"] = time
    for name, values in columns.items():
        signals[name] = values
    return signals
