"""The body of `probe_fmu`: opens an FMU and lists its variables, running nothing of it."""

import logging
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fmpy.model_description import ModelVariable

from sv_contract.fmi import ProbeArguments, ProbedVariable, ProbeResult
from sv_contract.keywords import read_arguments
from sv_contract.problem import RunProblem
from sv_fmi.description import open_fmu, unit_of
from sv_fmi.fmu_file import fetch_fmu

logger = logging.getLogger("sv_fmi.modal_app")


def answer(keywords: dict[str, Any], reload: Callable[[bool], None]) -> dict[str, Any]:
    """Answer a call, and return the contract's result as plain data; raises TypeError for arguments it does not take.

    `reload(use_test_volume)` is called before the FMU is looked for.
    """
    arguments = read_arguments("probe_fmu", ProbeArguments, keywords)
    logger.info("probe_fmu started: %s", arguments.fmu_checksum or arguments.fmu_storage_key)
    started = time.perf_counter()
    errors: list[str] = []
    variables: list[ProbedVariable] = []
    try:
        reload(arguments.use_test_volume)
        with tempfile.TemporaryDirectory(prefix="fmi-probe-") as folder:
            unpacked = Path(folder) / "fmu"
            unpacked.mkdir()
            fmu = open_fmu(fetch_fmu(arguments, Path(folder)), unpacked)
        variables = [_to_probed(each) for each in fmu.description.modelVariables]
    except RunProblem as problem:
        errors = problem.errors
        logger.error("%s", problem)
    seconds = time.perf_counter() - started
    logger.info("probe_fmu finished in %.3f s: %d variables", seconds, len(variables))
    return ProbeResult(
        status="error" if errors else "success",
        variables=variables,
        errors=errors,
        messages=[] if errors else [f"Parsed {len(variables)} variables from modelDescription.xml"],
        execution_seconds=seconds,
    ).model_dump()


def _to_probed(variable: ModelVariable) -> ProbedVariable:
    return ProbedVariable(
        name=variable.name,
        causality=variable.causality or "local",
        variability=variable.variability,
        value_reference=int(variable.valueReference),
        value_type=variable.type,
        unit=unit_of(variable),
    )
