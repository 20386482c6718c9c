"""Puts a run's result together: the old members, and with extras everything else."""

from importlib.metadata import version

from sv_contract.fmi import RunFacts, RunResult
from sv_contract.settings import deploy_tag
from sv_contract.versions import RUNNER_VERSION
from sv_fmi.description import Fmu, platform_label
from sv_fmi.plan import RunPlan
from sv_fmi.recording import Recording, read_recording, to_series, to_statistics
from sv_fmi.supervise import Outcome
from sv_fmi.times import ROUNDING


def to_result(fmu: Fmu, plan: RunPlan, outcome: Outcome, *, extras: bool) -> RunResult:
    """Make the contract's result. A failed run has no outputs; with extras, what was recorded up to its end."""
    recording = read_recording(outcome.recording_path, fmu, plan.outputs)
    errors = [] if outcome.error is None else [f"{outcome.error.rstrip('.')}{_where(recording)}"]
    result = RunResult(status="error" if errors else "success", outputs=outcome.outputs, errors=errors)
    if not extras:
        return result
    facts = _facts(fmu, plan, outcome, recording)
    return result.model_copy(
        update={
            "messages": [*plan.messages, *outcome.messages, *_describe(plan, facts, recording)],
            "statistics": to_statistics(recording),
            "facts": facts,
            "series": to_series(recording, plan.times),
        }
    )


def engine() -> str:
    """Name and versions of what simulates."""
    return f"fmi-runner {RUNNER_VERSION} (FMPy {version('fmpy')})"


def _where(recording: Recording) -> str:
    if recording.time_reached is None:
        return ", before initialization was done."
    return f", at model time {recording.time_reached:.12g} s, the last point it reached."


def _facts(fmu: Fmu, plan: RunPlan, outcome: Outcome, recording: Recording) -> RunFacts:
    times = plan.times
    reached = times.start if recording.time_reached is None else recording.time_reached
    early = outcome.end == "completed" and reached < times.stop - ROUNDING * times.step_size
    model_exchange = plan.interface_type == "ModelExchange"
    return RunFacts(
        fmi_version=fmu.description.fmiVersion,
        interface_type="model_exchange" if model_exchange else "co_simulation",
        solver="CVode" if model_exchange else None,
        start_time=times.start,
        stop_time=times.stop,
        step_size=times.step_size,
        output_interval=times.step_size * times.steps_per_point,
        tolerance=plan.tolerance,
        steps=max(recording.time.size - 1, 0) if outcome.steps is None else outcome.steps,
        time_reached=reached,
        end="terminated_by_fmu" if early else outcome.end,
        partial=outcome.end != "completed",
        engine=engine(),
        platform=platform_label(),
        seconds=outcome.seconds,
        deploy_tag=deploy_tag(),
    )


def _describe(plan: RunPlan, facts: RunFacts, recording: Recording) -> list[str]:
    messages = []
    if facts.end == "terminated_by_fmu":
        messages.append(f"The FMU ended the simulation itself at {facts.time_reached} s, before {plan.times.stop} s.")
    for name, each in to_statistics(recording).items():
        if each.non_finite_count:
            messages.append(
                f'"{name}" is not a finite number from {each.first_non_finite_time} s on '
                f"({each.non_finite_count} samples)."
            )
    return messages
