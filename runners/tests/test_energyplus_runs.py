"""`run_energyplus_simulation` and `cleanup_simulation_outputs` against a stand-in for EnergyPlus."""

import json
import sys
from pathlib import Path

import pytest

from sv_contract.energyplus import EnergyPlusResult, OldResult
from sv_energyplus import modal_app

pytestmark = pytest.mark.filterwarnings("ignore:.*executing locally")

COMPLETED = """Program Version,EnergyPlus, Version 25.2.0-cf7368216c, YMD=2026.11.23 12:00,
   ** Warning ** GetZone: the first complaint
   **   ~~~   ** goes on here.
   ** Warning ** the second complaint
   ************* EnergyPlus Completed Successfully-- 2 Warning; 0 Severe Errors; Elapsed Time=00hr 00min  1.00sec
"""
SEVERE = COMPLETED.replace("** Warning ** the second", "** Severe  ** the second")
FATAL = """   ** Severe  ** Node not found
   **  Fatal  ** Errors occurred on processing input file.
   ...Summary of Errors that led to program termination:
   ************* EnergyPlus Terminated--Fatal Error Detected. 0 Warning; 1 Severe Errors; Elapsed Time=0
"""
UTILITY = "AnnualBuildingUtilityPerformanceSummary"
TABLES = [
    [UTILITY, "End Uses", "Total End Uses", "Electricity", "GJ", "     36.00"],
    [UTILITY, "End Uses", "Total End Uses", "Natural Gas", "GJ", "18.00"],
    [UTILITY, "End Uses", "Total End Uses", "District Heating Water", "GJ", "3.60"],
    [UTILITY, "End Uses", "Total End Uses", "Water", "m3", "5.00"],
    [UTILITY, "End Uses", "Heating", "Natural Gas", "GJ", "18.00"],
    [UTILITY, "End Uses", "Fans", "Electricity", "kWh", "7"],
    [UTILITY, "Building Area", "Total Building Area", "Area", "m2", "200.00"],
    [UTILITY, "Building Area", "Net Conditioned Building Area", "Area", "m2", "160.00"],
    [
        UTILITY,
        "Comfort and Setpoint Not Met Summary",
        "Time Setpoint Not Met During Occupied Heating",
        "Facility",
        "Hours",
        "12.5",
    ],
    ["InputVerificationandResultsSummary", "General", "Hours Simulated", "Value", "hrs", "8760.00"],
    ["DemandEndUseComponentsSummary", "End Uses", "Total End Uses", "Electricity", "W", "4200.5"],
]
MODEL = {"Version": {"Version 1": {"version_identifier": "25.2"}}}
WEATHER = "USA_CA_SF.epw"


@pytest.fixture
def engine(mount_root, tmp_path, monkeypatch):
    """Install the stand-in; returns a function that sets how it behaves."""
    home = tmp_path / "energyplus"
    home.mkdir()
    program = home / "energyplus"
    source = Path(__file__).with_name("fake_energyplus.py").read_text()
    program.write_text(f"#!{sys.executable}\n{source}")
    program.chmod(0o755)
    (home / "Energy+.idd").write_text("")
    monkeypatch.setenv("ENERGYPLUS_HOME", str(home))
    weather = mount_root / "inputs" / "weather_data"
    weather.mkdir(parents=True)
    (weather / WEATHER).write_text("LOCATION,San Francisco\n")

    def behave(**behaviour):
        (home / "behaviour.json").write_text(json.dumps({"err": COMPLETED, "tables": TABLES, **behaviour}))

    behave()
    return behave


def run(**keywords):
    call = {"energyplus_payload": MODEL, "weather_file": WEATHER, "simulation_id": "a", **keywords}
    result = modal_app.run_energyplus_simulation.local(**call)
    (EnergyPlusResult if keywords.get("extras") else OldResult).model_validate(result)
    # The rule that old callers check.
    if result["status"] == "success":
        assert (result["energyplus_returncode"], result["errors"]) == (0, [])
    else:
        assert result["energyplus_returncode"] != 0
    return result


def read_arguments(mount_root):
    return json.loads((mount_root / "outputs" / "a" / "arguments.json").read_text())


def test_the_old_call_gets_exactly_the_old_members(engine):
    result = run()
    assert set(result) == set(OldResult.model_fields)
    assert result["status"] == "success"
    assert result["outputs"] == {
        "eplusout_sql": "/outputs/a/eplusout.sql",
        "eplusout_err": "/outputs/a/eplusout.err",
        "eplusout_csv": None,
        "eplusout_eso": None,
    }
    assert result["metrics"]["electricity_kwh"] == pytest.approx(10_000)
    assert result["metrics"]["natural_gas_kwh"] == pytest.approx(5_000)
    assert result["metrics"]["energy_use_intensity_kwh_m2"] == pytest.approx(100)
    assert result["logs"]["stdout_tail"].startswith("EnergyPlus Starting\n")
    assert result["logs"]["stderr_tail"] == "a complaint\n"
    assert "EnergyPlus Completed Successfully" in result["logs"]["err_tail"]
    assert result["energyplus_input_file_path"] == "/outputs/a/model.epJSON"


def test_the_command_line(engine, mount_root):
    run()
    arguments = read_arguments(mount_root)
    assert arguments[0::2] == ["--idd", "--output-directory", "--weather", arguments[-1]]
    assert arguments[1].endswith("/Energy+.idd")
    assert arguments[5].endswith(f"/inputs/weather_data/{WEATHER}")
    assert arguments[6].endswith("/model.epJSON")


@pytest.mark.parametrize(("period", "option"), [("annual", "--annual"), ("design_day", "--design-day")])
def test_a_period_is_an_option(engine, mount_root, period, option):
    run(period=period)
    assert option in read_arguments(mount_root)


def test_extras_tell_what_truly_happened(engine):
    result = run(extras=True, return_logs=False)
    assert result["logs"] is None
    assert result["site_metrics"]["site_district_heating_kwh"] == pytest.approx(1_000)
    assert result["site_metrics"]["fans_energy_kwh"] == 7
    assert result["site_metrics"]["unmet_heating_hours"] == 12.5
    assert result["site_metrics"]["peak_electric_demand_w"] == 4200.5
    assert result["site_metrics"]["cooling_energy_kwh"] is None
    facts = result["facts"]
    assert facts["engine"] == "25.2.0-cf7368216c"
    assert (facts["model_version"], facts["version_match"]) == ("25.2", True)
    assert facts["eui_conditioned_kwh_m2_a"] == pytest.approx(100)
    assert facts["eui_total_kwh_m2_a"] == pytest.approx(80)
    assert (facts["warning_count"], facts["severe_count"], facts["fatal_count"]) == (2, 0, 0)
    assert facts["volume"] == "energyplus-outputs"
    assert result["err_messages"][0]["text"] == "GetZone: the first complaint goes on here."


def test_no_intensity_of_a_year_where_the_run_is_no_year(engine):
    engine(tables=[[*each[:5], "24.00"] if each[2] == "Hours Simulated" else each for each in TABLES])
    facts = run(extras=True)["facts"]
    assert facts["eui_total_kwh_m2_a"] is None
    assert facts["eui_reason"] == "The run is no full year: 24 hours were simulated."


def test_another_version_is_told(engine):
    result = run(energyplus_payload="Version,24.1;\nBuilding,b;", extras=True)
    assert result["facts"]["version_match"] is False
    assert "The model was written for EnergyPlus 24.1, and 25.2.0-cf7368216c ran it." in result["messages"]


@pytest.mark.parametrize(
    ("behaviour", "error", "code"),
    [
        ({"err": FATAL, "exit_code": 1}, "Fatal: Errors occurred on processing input file.", 1),
        ({"err": SEVERE}, "Severe: the second complaint", -1),
        ({"err": None, "exit_code": 3}, "EnergyPlus ended with exit code 3. a complaint", 3),
        ({"err": "Program Version,EnergyPlus"}, "EnergyPlus ended without saying in eplusout.err", -1),
    ],
)
def test_what_is_no_success(engine, behaviour, error, code):
    engine(**behaviour)
    result = run()
    assert result["status"] == "error"
    assert result["errors"][0].startswith(error)
    assert result["energyplus_returncode"] == code


def test_no_tables_means_no_metrics_and_a_message(engine):
    engine(tables=None)
    result = run()
    assert result["metrics"]["electricity_kwh"] is None
    assert "EnergyPlus wrote no tables to eplusout.sql: there are no metrics." in result["messages"]


def test_is_killed_at_its_time_limit(engine):
    engine(hang=True)
    result = run(timeout_seconds=1.0)
    assert result["errors"][0] == "EnergyPlus was stopped at its time limit."
    assert result["execution_seconds"] < 10


def test_output_beyond_a_pipe_does_not_stop_it(engine):
    engine(noise=1_000_000)
    assert len(run()["logs"]["stdout_tail"]) == 4000


def test_weather_may_be_sent(engine, mount_root):
    run(weather_file="mine.epw", weather_content=b"LOCATION,Somewhere\n")
    assert (mount_root / "outputs" / "a" / "in.epw").read_bytes() == b"LOCATION,Somewhere\n"


@pytest.mark.parametrize(
    ("keywords", "said"),
    [
        ({"weather_file": "nowhere.epw"}, WEATHER),
        ({"weather_file": "../secret"}, "plain file name"),
        ({"weather_file": "x.epw", "weather_content": b"PK"}, "no EPW weather file"),
        ({"energyplus_payload": {"PythonPlugin:Instance": {}}}, "PythonPlugin:Instance"),
        ({"energyplus_payload": "{ not json"}, "is no JSON"),
        ({"energyplus_payload": ""}, "no object"),
    ],
)
def test_what_cannot_be_run_never_starts(engine, mount_root, keywords, said):
    result = run(**keywords)
    assert said in result["errors"][0]
    assert result["energyplus_returncode"] == -1
    assert not (mount_root / "outputs" / "a").exists()


def test_says_where_no_engine_is_installed(engine, monkeypatch, tmp_path):
    monkeypatch.setenv("ENERGYPLUS_HOME", str(tmp_path / "nothing"))
    monkeypatch.setenv("PATH", "")
    assert "No EnergyPlus is installed" in run()["errors"][0]


def test_outputs_are_not_written_over(engine):
    assert run()["status"] == "success"
    assert "give another simulation_id" in run()["errors"][0]


def test_summary_keeps_the_summary_alone(engine, mount_root):
    run(keep_outputs="summary")
    kept = {each.name for each in (mount_root / "outputs" / "a").iterdir()}
    assert kept == {"model.epJSON", "eplusout.err", "eplusout.sql"}


@pytest.mark.parametrize(
    "call",
    [
        lambda: run(use_test_volume=True),
        lambda: modal_app.cleanup_simulation_outputs.local(simulation_id="a", use_test_volume=True),
    ],
)
def test_a_call_that_wants_the_other_volume_fails_naming_the_redeploy(engine, call):
    with pytest.raises(ValueError, match="deploy it again with ENERGYPLUS_USE_TEST_VOLUME=1"):
        call()


def test_cleanup_removes_the_outputs(engine, mount_root):
    run()
    assert modal_app.cleanup_simulation_outputs.local(simulation_id="a") == {"simulation_id": "a", "deleted": True}
    assert not (mount_root / "outputs" / "a").exists()
    assert modal_app.cleanup_simulation_outputs.local(simulation_id="a")["deleted"] is False
    with pytest.raises(FileNotFoundError):
        modal_app.cleanup_simulation_outputs.local(simulation_id="a", missing_ok=False)


@pytest.mark.parametrize("simulation_id", ["..", "../fmus", "a/b", "", ".hidden"])
def test_cleanup_stays_in_its_folder(engine, simulation_id):
    with pytest.raises(TypeError, match="simulation_id"):
        modal_app.cleanup_simulation_outputs.local(simulation_id=simulation_id)


def test_leaves_no_files_behind(engine, tmp_path):
    run()
    assert list((tmp_path / "scratch").iterdir()) == []
