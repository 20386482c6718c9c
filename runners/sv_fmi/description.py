"""What an FMU's model description says, read by FMPy, with FMI 3.0's names for types."""

import platform
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from fmpy.model_description import ModelDescription, ModelVariable, read_model_description

from sv_contract.problem import RunProblem
from sv_fmi.archive import unpack

TYPES_OF_FMI_2 = {"Real": "Float64", "Integer": "Int32"}

UNRECORDED_TYPES = {"String", "Binary", "Clock"}
"""A recording holds numbers."""


@dataclass(frozen=True)
class Fmu:
    """An FMU that lies unpacked in `folder`."""

    folder: Path
    description: ModelDescription

    @property
    def variables(self) -> dict[str, ModelVariable]:
        """All variables by name, in the order of the file."""
        return {each.name: each for each in self.description.modelVariables}


def open_fmu(path: Path, folder: Path) -> Fmu:
    """Unpack an FMU and read its model description; raises RunProblem with FMPy's reasons."""
    unpack(path, folder)
    try:
        return Fmu(folder, read_model_description(folder))
    except Exception as error:
        raise RunProblem(f"Cannot read modelDescription.xml: {error}") from error


def type_name(variable: ModelVariable) -> str:
    """Name of a variable's type in FMI 3.0: a `Real` is a `Float64`, an `Integer` an `Int32`."""
    return TYPES_OF_FMI_2.get(variable.type, variable.type)


def unit_of(variable: ModelVariable) -> str | None:
    """Return a variable's unit, its own or its declared type's (FMI 2.0.5, section 2.2.3)."""
    declared = variable.declaredType
    return variable.unit or (getattr(declared, "unit", None) if declared is not None else None)


def count_elements(variable: ModelVariable) -> int:
    """Count a variable's elements: 1 for a scalar."""
    return int(np.prod(variable.shape)) if variable.shape else 1


def element_names(variable: ModelVariable) -> list[str]:
    """Names of the elements in row-major order, counted from 1 (`x[1,2]`); the variable's own for a scalar."""
    if not variable.shape:
        return [variable.name]
    return [f"{variable.name}[{','.join(str(each + 1) for each in index)}]" for index in np.ndindex(*variable.shape)]


def platform_label() -> str:
    """Return the system and processor as the facts of a run name them: `Linux x86-64`."""
    machine = platform.machine().lower()
    name = {"x86_64": "x86-64", "amd64": "x86-64", "aarch64": "aarch64", "arm64": "aarch64"}.get(machine, machine)
    return f"{platform.system()} {name}"


def find_library(fmu: Fmu, model_identifier: str) -> Path | None:
    """Find the shared library for this Linux machine, by FMI 1/2's folder name and by FMI 3's."""
    machine = platform.machine()
    folders = [f"{machine}-linux"]
    if not fmu.description.fmiVersion.startswith("3."):
        folders.insert(0, "linux64" if machine == "x86_64" else f"linux-{machine}")
    paths = (fmu.folder / "binaries" / folder / f"{model_identifier}.so" for folder in folders)
    return next((path for path in paths if path.is_file()), None)


def list_platforms(fmu: Fmu) -> list[str]:
    """List the platforms that the FMU has libraries for, by folder name."""
    binaries = fmu.folder / "binaries"
    return sorted(each.name for each in binaries.iterdir() if each.is_dir()) if binaries.is_dir() else []
