"""HVACTemplate objects: expanded by the engine's own program, or refused in plain words."""

from pathlib import Path

import pytest

from sv_contract.problem import RunProblem
from sv_energyplus.engine import Engine
from sv_energyplus.model import read_model
from sv_energyplus.templates import expand_templates

TEMPLATES = "Version, 25.2;\nHVACTemplate:Thermostat, T, , 20, , 26;\n"


@pytest.fixture
def engine(tmp_path):
    """Install a stand-in of ExpandObjects, a shell script."""

    def install(script):
        if script is not None:
            program = tmp_path / "ExpandObjects"
            program.write_text(f"#!/bin/sh\n{script}\n")
            program.chmod(0o755)
        return Engine(["energyplus"], "cli", tmp_path)

    return install


def expand(payload, engine, tmp_path):
    model = read_model(payload)
    path = tmp_path / model.file_name
    path.write_text(model.text)
    output = tmp_path / "outputs"
    output.mkdir()
    return expand_templates(model, path, engine, output)


def test_a_model_without_templates_stays_as_it_is(engine, tmp_path):
    assert expand("Version, 25.2;\n", engine(None), tmp_path) == tmp_path / "model.idf"


def test_templates_are_expanded_into_a_model_beside_the_outputs(engine, tmp_path):
    expanded = expand(TEMPLATES, engine("sed s/HVACTemplate/Expanded/ in.idf > expanded.idf"), tmp_path)
    assert expanded == tmp_path / "outputs" / "expanded.idf"
    assert "Expanded:Thermostat" in expanded.read_text()


@pytest.mark.parametrize(
    ("payload", "script", "said"),
    [
        (TEMPLATES, None, "has no ExpandObjects"),
        (TEMPLATES, "echo 'ExpandObjects: no such zone' > expandedidf.err", "could not expand HVACTemplate:Thermostat"),
        ({"HVACTemplate:Thermostat": {"T": {}}}, "true", "send the model as an IDF"),
    ],
)
def test_what_cannot_be_expanded_is_told(engine, tmp_path, payload, script, said):
    with pytest.raises(RunProblem, match=said):
        expand(payload, engine(script), tmp_path)


@pytest.mark.filterwarnings("ignore:.*executing locally")
def test_the_real_engine_simulates_a_room_with_a_template(mount_root, monkeypatch):
    pytest.importorskip("pyenergyplus", reason="the package pyenergyplus-lbnl is not installed")
    from sv_energyplus.modal_app import run_energyplus_simulation

    monkeypatch.delenv("ENERGYPLUS_HOME", raising=False)
    room = (Path(__file__).parents[2] / "examples" / "one-room.idf").read_text()
    loads = "HVACTemplate:Zone:IdealLoadsAirSystem, Room, T;\n"
    payload = f"{room}\n{TEMPLATES.split(';', 1)[1]}{loads}"
    result = run_energyplus_simulation.local(
        energyplus_payload=payload, weather_file="USA_CA_SF.epw", simulation_id="a", period="design_day", extras=True
    )
    assert (result["status"], result["errors"]) == ("success", [])
    # Only a zone that is heated or cooled counts as conditioned.
    assert result["site_metrics"]["simulated_conditioned_area_m2"] == pytest.approx(48)
    assert (mount_root / "outputs" / "a" / "expanded.idf").is_file()
