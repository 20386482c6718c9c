"""The EnergyPlus runner with the real engine and a building that comes with it."""

from pathlib import Path

import pytest

from sv_energyplus.modal_app import run_energyplus_simulation

pyenergyplus = pytest.importorskip("pyenergyplus", reason="the package pyenergyplus-lbnl is not installed")
pytestmark = pytest.mark.filterwarnings("ignore:.*executing locally")

MODELS = Path(pyenergyplus.__file__).parent / "data" / "model"
WEATHER = "USA_IL_Chicago-OHare.Intl.AP.725300_TMY3.epw"


@pytest.fixture
def run(mount_root, monkeypatch):
    monkeypatch.delenv("ENERGYPLUS_HOME", raising=False)
    warehouse = (MODELS / "RefBldgWarehouseNew2004_Chicago.idf").read_text()

    def run_warehouse(**keywords):
        call = {"energyplus_payload": warehouse, "weather_file": WEATHER, "simulation_id": "a", **keywords}
        return run_energyplus_simulation.local(**call)

    return run_warehouse


def test_a_year_has_energies_and_intensities(run):
    result = run(period="annual", extras=True)
    assert (result["status"], result["errors"], result["invocation_mode"]) == ("success", [], "python_api")
    facts, site = result["facts"], result["site_metrics"]
    assert facts["engine"].startswith("25.2.0-cf7368216c")
    assert facts["version_match"] is True
    assert facts["hours_simulated"] == 8760
    # The warehouse of the reference buildings has 4835 m2.
    assert facts["total_area_m2"] == pytest.approx(4835, rel=0.01)
    assert 10 < facts["eui_total_kwh_m2_a"] < 150
    fuels = [site[f"site_{name}_kwh"] or 0 for name in ("electricity", "natural_gas", "other_fuels")]
    assert facts["eui_total_kwh_m2_a"] == pytest.approx(sum(fuels) / facts["total_area_m2"], rel=1e-6)
    for name in ("heating_energy_kwh", "interior_lighting_kwh", "peak_electric_demand_w", "window_heat_gain_kwh"):
        assert site[name] > 0
    assert 0 < site["window_transmitted_solar_kwh"] < 2 * site["window_heat_gain_kwh"]
    assert site["unmet_heating_hours"] is not None


def test_a_design_day_is_no_year(run):
    result = run(period="design_day", extras=True)
    assert result["status"] == "success"
    assert result["facts"]["eui_total_kwh_m2_a"] is None
    assert result["facts"]["eui_reason"] == "Only design days were simulated."
    # The tables hold zeros, which are no results.
    assert result["metrics"]["electricity_kwh"] is None
    assert "Only design days were simulated: there are no energies of a run period." in result["messages"]


def test_a_year_of_a_model_without_a_run_period_is_simulated(run):
    model = (Path(__file__).parents[2] / "examples" / "one-room.idf").read_text()
    result = run(energyplus_payload=model, period="annual", extras=True)
    assert (result["status"], result["facts"]["hours_simulated"]) == ("success", 8760)
    assert any("no conditioned area" in message for message in result["messages"])


def test_a_model_that_it_cannot_read_is_an_error_in_its_words(run):
    result = run(energyplus_payload="Version,25.2;\n", period="design_day")
    assert result["status"] == "error"
    assert result["energyplus_returncode"] != 0
    assert any("GlobalGeometryRules" in error for error in result["errors"])
