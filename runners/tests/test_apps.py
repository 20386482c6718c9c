"""The apps as they are deployed: they import with no credentials and without the packages of their images."""

import inspect
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sv_contract import versions
from sv_contract.energyplus import CleanupArguments, EnergyPlusArguments
from sv_contract.fmi import ProbeArguments, RunArguments
from sv_contract.settings import is_true, mounted
from sv_energyplus import modal_app as energyplus_app
from sv_energyplus.output_volume import choose_volume
from sv_fmi import modal_app as fmi_app

RUNNERS = Path(__file__).parents[1]


def import_app(module, code="", **env):
    command = f"import sys, {module} as app; {code or 'print(sorted(sys.modules))'}"
    done = subprocess.run(
        [sys.executable, "-B", "-c", command],
        cwd=RUNNERS,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **env},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("module", ["sv_fmi.modal_app", "sv_energyplus.modal_app"])
def test_imports_with_modal_alone(module):
    loaded = import_app(module)
    assert f"'{module}'" in loaded
    for package in ("fmpy", "numpy", "pydantic"):
        assert f"'{package}'" not in loaded


def test_the_volumes_names_are_chosen_at_deploy_time():
    code = "print(app.volume.name, app.test_volume.name, app.ENVIRONMENT)"
    said = import_app("sv_fmi.modal_app", code, FMI_VOLUME_NAME="mine", FMI_TEST_VOLUME_NAME="mine-test")
    assert said.startswith("mine mine-test {'FMI_VOLUME_NAME': 'mine'")


@pytest.mark.parametrize("module", ["sv_fmi.modal_app", "sv_energyplus.modal_app"])
def test_a_container_knows_the_tag_of_its_deploy(module):
    code = "print(app.ENVIRONMENT.get('RUNNER_DEPLOY_TAG'))"
    assert import_app(module, code, RUNNER_DEPLOY_TAG="src-0123456789ab").strip() == "src-0123456789ab"
    assert import_app(module, code, RUNNER_DEPLOY_TAG="").strip() == "None"


@pytest.mark.parametrize("switch", ["1", "0"])
def test_a_container_finds_the_output_volume_that_was_chosen(switch):
    code = "import json; print(json.dumps([app.OUTPUT_VOLUME.name, app.ENVIRONMENT]))"
    said = import_app("sv_energyplus.modal_app", code, ENERGYPLUS_USE_TEST_VOLUME=switch)
    name, environment = json.loads(said)
    assert name == ("energyplus-outputs-test" if switch == "1" else "energyplus-outputs")
    assert choose_volume(environment).name == name


@pytest.mark.parametrize(
    ("function", "model"),
    [
        (fmi_app.run_fmi_simulation, RunArguments),
        (fmi_app.probe_fmu, ProbeArguments),
        (energyplus_app.run_energyplus_simulation, EnergyPlusArguments),
        (energyplus_app.cleanup_simulation_outputs, CleanupArguments),
    ],
)
def test_a_functions_arguments_are_the_contracts(function, model):
    parameters = inspect.signature(function.get_raw_f()).parameters
    assert set(parameters) == set(model.model_fields)
    required = {name for name, each in parameters.items() if each.default is inspect.Parameter.empty}
    assert required == {name for name, each in model.model_fields.items() if each.is_required()}
    assert all(each.kind is inspect.Parameter.KEYWORD_ONLY for each in parameters.values())


def test_versions_are_those_of_the_project_file():
    tomllib = pytest.importorskip("tomllib", reason="Python 3.10 has no tomllib")
    project = tomllib.loads((RUNNERS / "pyproject.toml").read_text())["project"]
    assert project["version"] == versions.RUNNER_VERSION
    assert {versions.CBOR2, versions.FMPY, versions.NUMPY, versions.PYDANTIC} <= set(project["dependencies"])
    every = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    assert all(re.fullmatch(r"[a-z0-9_-]+==[\d.]+", each) for each in every)


def test_the_mount_root_is_the_root_folder_unless_given():
    assert mounted("/fmus/a.fmu", {}) == Path("/fmus/a.fmu")
    assert mounted("/fmus", {"MODAL_FMI_MOUNT_ROOT": "/somewhere"}) == Path("/somewhere/fmus")


@pytest.mark.parametrize(
    ("text", "on"), [("1", True), ("Yes", True), (" on ", True), ("0", False), ("", False), (None, False)]
)
def test_is_true(text, on):
    assert is_true(text) is on
