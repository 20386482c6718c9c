"""Plans a run from its arguments and the FMU, and finds every problem before the FMU is loaded."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from fmpy.model_description import ModelVariable
from numpy.typing import NDArray

from sv_contract.fmi import MOST_SENT_BYTES, InterfaceType, RunArguments, SentFile
from sv_contract.problem import RunProblem
from sv_fmi.description import UNRECORDED_TYPES, Fmu, count_elements, find_library, list_platforms, platform_label
from sv_fmi.input_series import to_signals
from sv_fmi.start_values import NotSettable, check_start_value, why_not_settable
from sv_fmi.times import Experiment, Times, plan_times

MOST_RECORDING_BYTES = 2 * 1024**3
FILES_FOLDER = "files"
"""In the folder that the FMU runs in."""


@dataclass(frozen=True)
class RunPlan:
    """A run that can be started."""

    interface_type: str
    """As FMPy names it: `CoSimulation` or `ModelExchange`."""
    times: Times
    tolerance: float | None
    start_values: dict[str, Any]
    outputs: list[str]
    signals: NDArray[Any] | None
    event_mode: bool
    early_return: bool
    """Whether a step may end at an event, so that values are recorded before and after it."""
    files: dict[str, SentFile]
    messages: list[str]
    """What is worth knowing and stops nothing."""


def plan_run(fmu: Fmu, arguments: RunArguments) -> RunPlan:
    """Plan a run; raises RunProblem with a sentence for every problem found."""
    errors: list[str] = []
    messages: list[str] = []
    interface_type = _choose_interface(fmu, arguments.interface_type)
    interface = fmu.description.coSimulation if interface_type == "CoSimulation" else fmu.description.modelExchange
    if find_library(fmu, interface.modelIdentifier) is None:
        errors.append(_no_library(fmu, interface.modelIdentifier))
    if interface.needsExecutionTool:
        messages.append("The FMU needs the tool that made it: the run fails where that is not installed.")
    times = _attempt(errors, lambda: _plan_times(fmu, arguments, interface_type))
    tolerance = _tolerance(fmu, arguments)
    if tolerance is not None and not tolerance > 0:
        errors.append(f"tolerance {tolerance} is not a positive number.")
    start_values = _start_values(fmu, arguments, errors, messages)
    files = _files(fmu, arguments, errors)
    outputs = _outputs(fmu, arguments.output_variables, errors)
    signals = None
    if arguments.input_series is not None and times is not None:
        series = arguments.input_series
        signals = _attempt(errors, lambda: to_signals(series, fmu.variables, times))
    if times is not None:
        _check_recording(fmu, outputs, times, errors)
    if errors or times is None:
        raise RunProblem(*errors)
    event_mode = interface_type == "CoSimulation" and bool(getattr(interface, "hasEventMode", False))
    early_return = event_mode and bool(getattr(interface, "mightReturnEarlyFromDoStep", False))
    return RunPlan(
        interface_type, times, tolerance, start_values, outputs, signals, event_mode, early_return, files, messages
    )


def _attempt(errors: list[str], plan: Any) -> Any:
    try:
        return plan()
    except RunProblem as problem:
        errors.extend(problem.errors)
        return None


def _choose_interface(fmu: Fmu, wanted: InterfaceType | None) -> str:
    description = fmu.description
    clocks = [each.name for each in description.modelVariables if each.type == "Clock" and each.causality == "input"]
    if clocks:
        raise RunProblem(
            f'Cannot simulate "{description.modelName}": it has the input Clock "{clocks[0]}", '
            "which the importer must tick, and FMPy does not."
        )
    found = {"co_simulation": description.coSimulation, "model_exchange": description.modelExchange}
    names = {"co_simulation": "CoSimulation", "model_exchange": "ModelExchange"}
    for each in [wanted] if wanted else names:
        if found[each] is not None:
            return names[each]
    lacks = f"it has no {wanted} interface" if wanted else "it is for Scheduled Execution only"
    raise RunProblem(
        f'Cannot simulate "{description.modelName}": {lacks}, '
        "and this runner simulates what is for Co-Simulation or Model Exchange."
    )


def _no_library(fmu: Fmu, model_identifier: str) -> str:
    there = ", ".join(list_platforms(fmu))
    has = f"it has binaries for {there}" if there else "it has no binaries at all"
    return f"The FMU has no library {model_identifier}.so for this machine, {platform_label()}: {has}."


def _number(text: Any) -> float | None:
    return None if text is None else float(text)


def _plan_times(fmu: Fmu, arguments: RunArguments, interface_type: str) -> Times:
    default = fmu.description.defaultExperiment
    experiment = Experiment(
        _number(getattr(default, "startTime", None)),
        _number(getattr(default, "stopTime", None)),
        _number(getattr(default, "stepSize", None)),
    )
    variable = interface_type == "ModelExchange" or bool(
        fmu.description.coSimulation.canHandleVariableCommunicationStepSize
    )
    return plan_times(arguments.simulation_config, arguments.output_interval, experiment, variable_steps=variable)


def _tolerance(fmu: Fmu, arguments: RunArguments) -> float | None:
    if arguments.tolerance is not None:
        return arguments.tolerance
    return _number(getattr(fmu.description.defaultExperiment, "tolerance", None))


def _start_values(fmu: Fmu, arguments: RunArguments, errors: list[str], messages: list[str]) -> dict[str, Any]:
    variables = fmu.variables
    checked: dict[str, Any] = {}
    for name, value in arguments.inputs.items():
        variable = variables.get(name)
        if variable is None:
            errors.append(f'Cannot set "{name}": the model has no such variable.{_suggest(name, variables)}')
            continue
        problem = why_not_settable(variable)
        if problem is None:
            try:
                checked[name] = check_start_value(variable, value)
            except NotSettable as reason:
                problem = str(reason)
        if problem is not None:
            errors.append(f'Cannot set "{name}": {problem}.')
        elif _is_outside(variable, checked[name]):
            least, most = variable.min or "-∞", variable.max or "∞"
            messages.append(f'The value of "{name}" is outside its range, {least} to {most}.')
    return checked


def _is_outside(variable: ModelVariable, value: Any) -> bool:
    if variable.type in UNRECORDED_TYPES or (variable.min is None and variable.max is None):
        return False
    least = float(variable.min) if variable.min is not None else float("-inf")
    most = float(variable.max) if variable.max is not None else float("inf")
    return any(not least <= each <= most for each in (value if isinstance(value, list) else [value]))


def _files(fmu: Fmu, arguments: RunArguments, errors: list[str]) -> dict[str, SentFile]:
    files = arguments.files or {}
    variables = fmu.variables
    size = sum(len(file.bytes) for file in files.values())
    if size > MOST_SENT_BYTES:
        errors.append(f"The files have {size} bytes, and {MOST_SENT_BYTES} is the limit.")
    for name, file in files.items():
        variable = variables.get(name)
        if variable is None:
            errors.append(f'Cannot give a file to "{name}": the model has no such variable.{_suggest(name, variables)}')
        elif variable.type != "String" or (reason := why_not_settable(variable)):
            reason = f"it is a {variable.type}, no String" if variable.type != "String" else reason
            errors.append(f'Cannot give a file to "{name}": {reason}.')
        if file.name in {"", ".", ".."} or PurePosixPath(file.name.replace("\\", "/")).name != file.name:
            errors.append(f'The file for "{name}" must have a plain name, without folders, not "{file.name}".')
        if name in arguments.inputs:
            errors.append(f'"{name}" is given a value and a file: give one of them.')
    return files


def _outputs(fmu: Fmu, wanted: list[str], errors: list[str]) -> list[str]:
    variables = fmu.variables
    if not wanted:
        return [each.name for each in variables.values() if each.causality == "output" and each.type != "Clock"]
    chosen: list[str] = []
    for name in wanted:
        variable = variables.get(name)
        if variable is None and "*" in name:
            matching = _match(name, variables)
            chosen += matching
            if not matching:
                errors.append(f'Cannot record "{name}": no variable matches it.')
            continue
        chosen.append(name)
        if variable is None:
            errors.append(f'Cannot record "{name}": the model has no such variable.{_suggest(name, variables)}')
        elif variable.type == "Clock":
            errors.append(f'Cannot record "{name}": it is a Clock.')
    return list(dict.fromkeys(chosen))


def _match(pattern: str, variables: dict[str, ModelVariable]) -> list[str]:
    """Names that a pattern stands for; `*` alone is special, since names hold brackets and dots."""
    expression = re.compile(".*".join(re.escape(each) for each in pattern.split("*")), re.DOTALL)
    return [name for name, each in variables.items() if each.type != "Clock" and expression.fullmatch(name)]


def _check_recording(fmu: Fmu, outputs: list[str], times: Times, errors: list[str]) -> None:
    variables = fmu.variables
    columns = sum(count_elements(variables[name]) for name in outputs if name in variables)
    if 8 * (columns + 1) * (times.steps + 1) > MOST_RECORDING_BYTES:
        errors.append(
            f"{columns} columns of {times.steps} steps take more than 2 GiB. "
            "Take fewer output_variables or a larger step_size."
        )


def _suggest(name: str, candidates: Iterable[str]) -> str:
    by_lower = {each.lower(): each for each in candidates}
    found = [by_lower[each] for each in difflib.get_close_matches(name.lower(), by_lower, 3, 0.7)]
    if not found:
        return ""
    quoted = " or ".join(f'"{each}"' for each in found)
    return f" Did you mean {quoted}?"
