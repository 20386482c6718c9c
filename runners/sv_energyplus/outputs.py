"""A simulation's folder on the mounted volume: written once, removed when asked."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from sv_contract.energyplus import CleanupArguments, CleanupResult, OutputPaths
from sv_contract.keywords import read_arguments
from sv_contract.problem import RunProblem
from sv_contract.settings import mounted
from sv_energyplus.output_volume import MOUNT, OutputVolume

SUMMARY_FILES = {"eplusout.err", "eplusout.sql", "eplusout.csv", "eplusout.end", "eplustbl.htm"}


def output_path(simulation_id: str) -> str:
    """Container path of a simulation's folder."""
    return f"{MOUNT}/{simulation_id}"


def require_new(simulation_id: str) -> None:
    """Raise RunProblem where there are outputs of this simulation: they are not written over."""
    if mounted(output_path(simulation_id)).exists():
        raise RunProblem(
            f"There are outputs of simulation {simulation_id} on the volume: give another simulation_id, "
            "or remove them by `cleanup_simulation_outputs`."
        )


def store_outputs(simulation_id: str, model: Path, written: Path, keep: Literal["summary", "all"]) -> None:
    """Copy what a run wrote, and the model it read, to the volume."""
    folder = mounted(output_path(simulation_id))
    folder.mkdir(parents=True)
    shutil.copyfile(model, folder / model.name)
    for source in sorted(written.rglob("*")):
        if source.is_symlink() or not source.is_file() or (keep == "summary" and source.name not in SUMMARY_FILES):
            continue
        target = folder / source.relative_to(written)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def stored_paths(simulation_id: str) -> OutputPaths:
    """Container paths of the main outputs, as far as there are any."""
    names = {name: f"{output_path(simulation_id)}/{name.replace('_', '.')}" for name in OutputPaths.model_fields}
    return OutputPaths(**{name: path if mounted(path).is_file() else None for name, path in names.items()})


def clean_up(
    keywords: dict[str, Any], volume: OutputVolume, reload: Callable[[], None], commit: Callable[[], None]
) -> dict[str, Any]:
    """Answer `cleanup_simulation_outputs`; raises FileNotFoundError where nothing is there and that is not allowed."""
    arguments = read_arguments("cleanup_simulation_outputs", CleanupArguments, keywords)
    volume.require(arguments.use_test_volume)
    reload()
    folder = mounted(output_path(arguments.simulation_id))
    found = folder.is_dir()
    if found:
        shutil.rmtree(folder)
        commit()
    elif not arguments.missing_ok:
        raise FileNotFoundError(f'There are no outputs of simulation {arguments.simulation_id} on "{volume.name}".')
    return CleanupResult(simulation_id=arguments.simulation_id, deleted=found).model_dump()
