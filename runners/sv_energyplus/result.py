"""Judges a run, and puts its result together."""

import re
from dataclasses import dataclass

from sv_contract.energyplus import EnergyPlusFacts, EnergyPlusResult
from sv_contract.settings import deploy_tag
from sv_contract.versions import RUNNER_VERSION
from sv_energyplus.engine import EngineEnd
from sv_energyplus.err_file import ErrFile
from sv_energyplus.metrics import Metrics
from sv_energyplus.model import Model
from sv_energyplus.output_volume import OutputVolume

MOST_ERRORS = 20
NOT_COUNTED = -1
"""In place of a return code 0 where the run is an error all the same: callers rely on error meaning another code."""


@dataclass(frozen=True)
class Finished:
    """All there is of a run."""

    model: Model
    end: EngineEnd
    err: ErrFile
    metrics: Metrics | None


def fill_result(result: EnergyPlusResult, run: Finished, volume: OutputVolume) -> None:
    """Fill in a run's result: a success has return code 0, no fatal and no severe error."""
    result.errors = _errors(run)
    result.status = "error" if result.errors else "success"
    code = run.end.returncode
    result.energyplus_returncode = NOT_COUNTED if result.errors and code == 0 else code
    result.messages = _messages(run)
    if run.metrics is not None:
        result.metrics = run.metrics.old
        result.site_metrics = run.metrics.site
    result.facts = _facts(run, volume)
    result.err_messages = run.err.quoted()


def _errors(run: Finished) -> list[str]:
    errors = [f"Fatal: {text}" for text in run.err.texts("fatal")]
    errors += [f"Severe: {text}" for text in run.err.texts("severe")]
    errors = errors[:MOST_ERRORS]
    if run.end.timed_out:
        return ["EnergyPlus was stopped at its time limit.", *errors]
    if run.end.returncode < 0:
        return [f"EnergyPlus crashed (signal {-run.end.returncode}).", *errors]
    if run.end.returncode > 0 and not errors:
        return [f"EnergyPlus ended with exit code {run.end.returncode}. {_last_line(run.end)}".rstrip()]
    if run.end.returncode == 0 and not run.err.completed and not errors:
        return ["EnergyPlus ended without saying in eplusout.err that it completed."]
    return errors


def _last_line(end: EngineEnd) -> str:
    return next(reversed((end.stderr_tail or end.stdout_tail).strip().splitlines()), "")


def _messages(run: Finished) -> list[str]:
    messages = []
    warnings = run.err.count("warning")
    if warnings:
        messages.append(f"EnergyPlus gave {warnings} warning{'s' if warnings > 1 else ''}; see eplusout.err.")
    if _versions_match(run) is False:
        messages.append(f"The model was written for EnergyPlus {run.model.version}, and {run.err.engine} ran it.")
    if run.metrics is None:
        messages.append("EnergyPlus wrote no tables to eplusout.sql: there are no metrics.")
        return messages
    if run.metrics.is_sizing_only:
        messages.append("Only design days were simulated: there are no energies of a run period.")
        return messages
    if run.metrics.hours_simulated is None and run.metrics.why_no_intensity:
        return [*messages, run.metrics.why_no_intensity]
    if not run.metrics.site.simulated_conditioned_area_m2:
        messages.append("The model has no conditioned area: there is no intensity per conditioned area.")
    for name, value in run.metrics.old.model_dump().items():
        if value is None:
            messages.append(f"EnergyPlus did not report {name}.")
    return messages


def _versions_match(run: Finished) -> bool | None:
    if run.model.version is None or run.err.engine is None:
        return None
    numbers = [re.findall(r"\d+", text)[:2] for text in (run.model.version, run.err.engine)]
    return numbers[0] == numbers[1]


def _facts(run: Finished, volume: OutputVolume) -> EnergyPlusFacts:
    metrics = run.metrics
    return EnergyPlusFacts(
        runner=f"energyplus-runner {RUNNER_VERSION}",
        deploy_tag=deploy_tag(),
        engine=run.err.engine,
        model_version=run.model.version,
        version_match=_versions_match(run),
        volume=volume.name,
        uses_test_volume=volume.is_test,
        exit_code=run.end.returncode,
        completed_successfully=run.err.completed,
        warning_count=run.err.count("warning"),
        severe_count=run.err.count("severe"),
        fatal_count=run.err.count("fatal"),
        hours_simulated=metrics.hours_simulated if metrics else None,
        total_area_m2=metrics.total_area_m2 if metrics else None,
        eui_conditioned_kwh_m2_a=metrics.intensity(metrics.site.simulated_conditioned_area_m2) if metrics else None,
        eui_total_kwh_m2_a=metrics.intensity(metrics.total_area_m2) if metrics else None,
        eui_reason=metrics.why_no_intensity if metrics else "EnergyPlus wrote no tables.",
    )
