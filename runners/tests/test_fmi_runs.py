"""`run_fmi_simulation` with FMUs that behave, and with those that go wrong on purpose."""

import hashlib
import logging
import math
import shutil

import numpy as np
import pytest
from conftest import BUILT_FMUS, EXAMPLE_FMUS

from sv_contract.fmi import RunResult
from sv_fmi.modal_app import run_fmi_simulation

pytestmark = pytest.mark.filterwarnings("ignore:.*executing locally")


@pytest.fixture
def run(put_fmu):
    """Simulate a fixture FMU on the test volume."""

    def run_fixture(fixture: str, **keywords):
        key = put_fmu(BUILT_FMUS / f"{fixture}.fmu")
        result = run_fmi_simulation.local(fmu_storage_key=key, use_test_volume=True, **keywords)
        RunResult.model_validate(result)
        return result

    return run_fixture


def floats(raw):
    return np.frombuffer(raw, dtype="<f8")


@pytest.mark.parametrize("version", [2, 3])
def test_the_old_call_gets_exactly_the_old_members(run, version):
    result = run(
        f"feedthrough-{version}",
        fmu_url=None,
        fmu_checksum=None,
        inputs={"int_in": 5},
        simulation_config={"start_time": 0.0, "stop_time": 1.0, "step_size": 0.1},
        output_variables=["int_out"],
        return_logs=False,
    )
    assert result == {"status": "success", "outputs": {"int_out": 5}, "errors": []}


def test_finds_an_fmu_by_checksum_on_the_volume_asked_for(mount_root):
    fmu = BUILT_FMUS / "feedthrough-2.fmu"
    checksum = hashlib.sha256(fmu.read_bytes()).hexdigest()
    shutil.copyfile(fmu, mount_root / "fmus" / f"{checksum}.fmu")
    call = {"fmu_storage_key": "gone.fmu", "fmu_checksum": checksum}
    assert run_fmi_simulation.local(**call)["status"] == "success"
    elsewhere = run_fmi_simulation.local(**call, use_test_volume=True)
    assert elsewhere["errors"] == [
        f"There is no FMU at /fmus-test/{checksum}.fmu and /fmus-test/gone.fmu in the container. "
        "Upload it with `upload_fmu`."
    ]


def test_refuses_a_file_that_has_another_checksum(mount_root):
    shutil.copyfile(BUILT_FMUS / "feedthrough-2.fmu", mount_root / "fmus" / f"{'0' * 64}.fmu")
    result = run_fmi_simulation.local(fmu_storage_key="a.fmu", fmu_checksum="0" * 64)
    assert result["status"] == "error"
    assert "upload it again" in result["errors"][0]


def test_passes_values_of_every_type_through(run):
    values = {"int64": 2**53 + 1, "uint64": 2**64 - 1, "string": "ä", "binary": b"\0\x01", "array": [1.5, -2.5]}
    result = run("feedthrough-3", inputs={f"{name}_in": value for name, value in values.items()} | {"bool_in": True})
    assert {name: result["outputs"][f"{name}_out"] for name in values} == values
    assert result["outputs"]["bool_out"] is True


def test_step_size_is_the_communication_step_and_output_interval_a_multiple_of_it(run):
    config = {"start_time": 0.0, "stop_time": 2.0, "step_size": 0.25}
    result = run("bouncing-ball-2", simulation_config=config, output_interval=0.5, extras=True)
    assert result["facts"]["steps"] == 8
    assert result["facts"]["output_interval"] == 0.5
    assert floats(result["series"]["time"]).tolist() == [0.0, 0.5, 1.0, 1.5, 2.0]


def test_statistics_are_over_every_communication_point(run):
    config = {"start_time": 0.0, "stop_time": 1.0, "step_size": 0.25}
    result = run("crash-2", inputs={"at": 9.0}, simulation_config=config, output_interval=1.0, extras=True)
    ramp = result["statistics"]["ramp"]
    assert (ramp["min"], ramp["max"], ramp["max_time"], ramp["mean"], ramp["final"]) == (0.0, 1.0, 1.0, 0.5, 1.0)
    assert result["series"]["rows"] == 2


def test_the_mean_of_a_constant_is_that_constant(run):
    config = {"start_time": 0.0, "stop_time": 2.0, "step_size": 0.1}
    result = run("feedthrough-2", inputs={"int_in": 6}, simulation_config=config, extras=True)
    assert result["statistics"]["int_out"]["mean"] == 6.0


def test_the_tolerance_reaches_the_solver_of_a_model_exchange_fmu(put_fmu):
    key = put_fmu(EXAMPLE_FMUS / "van-der-pol.fmu", "fmus")
    call = {"fmu_storage_key": key, "interface_type": "model_exchange", "extras": True}
    coarse, fine, finest = (run_fmi_simulation.local(**call, tolerance=each) for each in (1e-2, 1e-8, 1e-10))
    assert fine["facts"]["solver"] == "CVode"
    error = abs(coarse["outputs"]["x0"] - finest["outputs"]["x0"])
    assert abs(fine["outputs"]["x0"] - finest["outputs"]["x0"]) < 1e-5 < error


def test_a_stiff_model_may_take_many_solver_steps(put_fmu):
    key = put_fmu(EXAMPLE_FMUS / "robertson.fmu", "fmus")
    call = {"fmu_storage_key": key, "interface_type": "model_exchange", "tolerance": 1e-10}
    result = run_fmi_simulation.local(**call, simulation_config={"stop_time": 40.0, "step_size": 40.0})
    # What smaller tolerances converge to.
    assert result["errors"] == []
    assert result["outputs"]["y1"] == pytest.approx(0.7158270688, rel=1e-7)


def test_records_events_of_a_model_exchange_fmu_as_pairs(put_fmu):
    key = put_fmu(EXAMPLE_FMUS / "bouncing-ball-fmi1-me.fmu", "fmus")
    result = run_fmi_simulation.local(fmu_storage_key=key, extras=True, output_variables=["v"], tolerance=1e-8)
    time, v = floats(result["series"]["time"]), floats(result["series"]["variables"]["v"]["values"])
    first = np.flatnonzero(np.diff(time) == 0)[0]
    assert time[first] == pytest.approx(math.sqrt(2 / 9.81), rel=1e-5)
    assert v[first] < 0 < v[first + 1]


def test_a_pattern_stands_for_the_outputs_it_matches(run):
    result = run("feedthrough-2", output_variables=["real_*_out", "int_out"])
    assert list(result["outputs"]) == ["real_continuous_out", "real_discrete_out", "int_out"]


def test_nan_stays_nan_and_is_told(run):
    result = run("not-a-number-2", extras=True)
    assert result["status"] == "success"
    assert math.isnan(result["outputs"]["ramp"])
    assert result["statistics"]["ramp"]["final"] is None
    assert result["statistics"]["ramp"]["non_finite_count"] == 51
    assert result["messages"] == ['"ramp" is not a finite number from 0.5 s on (51 samples).']
    assert np.isnan(floats(result["series"]["variables"]["ramp"]["values"])[-1])


@pytest.mark.parametrize("fixture", ["crash-2", "crash-3"])
def test_a_crash_is_an_error_with_what_was_recorded(run, fixture):
    result = run(fixture, extras=True)
    assert result["status"] == "error"
    assert result["errors"][0].startswith("The FMU crashed (SIGSEGV: segmentation fault), at model time 0.49 s")
    assert result["facts"]["end"] == "failed"
    assert result["facts"]["partial"] is True
    assert result["series"]["rows"] == 50


def test_an_fmu_that_never_returns_is_killed_at_the_time_limit(run):
    result = run("endless-2", timeout_seconds=1.5, extras=True)
    assert "time limit of 1.5 s" in result["errors"][0]
    assert result["facts"]["end"] == "timed_out"
    assert result["facts"]["time_reached"] == pytest.approx(0.49)
    assert result["execution_seconds"] < 10


def test_output_beyond_a_pipe_does_not_stop_the_fmu(run):
    # 200 steps of 1000 lines on both streams: far more than the 64 KiB that a pipe holds.
    config = {"step_size": 0.005}
    result = run("noisy-2", inputs={"lines": 1000}, simulation_config=config, return_logs=True, extras=True)
    assert result["status"] == "success"
    assert "a complaint at 0.005" in result["logs"]
    assert sum(map(len, result["logs"])) < 2 * 1024 * 1024


def test_an_fmu_sees_no_secrets(run, monkeypatch):
    monkeypatch.setenv("MODAL_TOKEN_SECRET", "as-hidden")
    result = run("noisy-2", return_logs=True, extras=True)
    assert any(line.startswith("environment: HOME=") for line in result["logs"])
    assert "as-hidden" not in "".join(result["logs"])


@pytest.mark.parametrize("version", [2, 3])
def test_a_failure_tells_the_last_messages_with_the_variables_names(run, version):
    result = run(f"log-and-fail-{version}", return_logs=True, extras=True)
    assert f"fmi{version}DoStep failed with status 3 (error)" in result["errors"][0]
    assert "ramp left its range after at s: 100%" in result["errors"][0]
    assert any("FMU [error, logStatusError]" in line for line in result["logs"])


@pytest.mark.parametrize("fixture", ["terminates-2", "terminates-3"])
def test_an_fmu_may_end_the_simulation_itself(run, fixture):
    result = run(fixture, extras=True)
    assert result["status"] == "success"
    assert result["facts"]["end"] == "terminated_by_fmu"
    assert result["facts"]["time_reached"] < 1.0


@pytest.mark.parametrize("fixture", ["discards-2", "discards-3"])
def test_a_discarded_step_is_an_error_and_no_endless_loop(run, fixture):
    result = run(fixture, timeout_seconds=20)
    assert "discard" in result["errors"][0]


def test_an_fmu_that_takes_too_much_memory_is_stopped(run):
    result = run("hungry-2", timeout_seconds=60)
    assert "took more than 2048 MiB of memory" in result["errors"][0]


@pytest.mark.parametrize(
    ("fixture", "said"),
    [("other-platform-2", "it has binaries for win64"), ("not-a-library-2", "Failed to load shared library")],
)
def test_an_fmu_without_a_library_to_run(run, fixture, said):
    assert said in run(fixture)["errors"][0]


def test_refuses_input_clocks_which_fmpy_does_not_tick(put_fmu):
    key = put_fmu(EXAMPLE_FMUS / "clock-controller.fmu", "fmus")
    result = run_fmi_simulation.local(fmu_storage_key=key)
    assert "which the importer must tick" in result["errors"][0]


def test_problems_are_told_together_with_suggestions(run):
    result = run(
        "feedthrough-2",
        inputs={"int_in": 5.7, "Int_in": 1, "real_continuous_out": 1.0, "enum_in": "Option 3", "bool_in": "yes"},
        output_variables=["int_ou"],
        tolerance=-1.0,
        simulation_config={"stop_time": -1.0},
    )
    errors = "\n".join(result["errors"])
    for said in (
        'Cannot set "int_in": it is of type Int32, and 5.7 is not a whole number.',
        'Cannot set "Int_in": the model has no such variable. Did you mean "int_in"',
        'Cannot set "real_continuous_out": it is calculated by the FMU',
        "'Option 3' is none of its items: 1 (Option 1), 2 (Option 2)",
        'Cannot set "bool_in": it is of type Boolean and takes true or false',
        'Cannot record "int_ou": the model has no such variable. Did you mean "int_out"',
        "tolerance -1.0 is not a positive number.",
        "stop_time -1.0 s is not after start_time 0.0 s.",
    ):
        assert said in errors


@pytest.mark.parametrize(
    ("keywords", "said"),
    [
        ({"solver": "euler"}, "got an unexpected keyword argument 'solver'"),
        ({"fmu_checksum": "x"}, "argument 'fmu_checksum' is not valid"),
        ({"simulation_config": {"tolerance": 1.0}}, "got unexpected keys in 'simulation_config': 'tolerance'"),
    ],
)
def test_arguments_that_it_does_not_take_are_refused_in_pythons_words(keywords, said):
    with pytest.raises(TypeError, match=r"run_fmi_simulation\(\) ") as raised:
        run_fmi_simulation.local(fmu_storage_key="a.fmu", **keywords)
    assert said in str(raised.value)


def test_logs_one_line_at_entry_and_one_at_exit(run, caplog):
    caplog.set_level(logging.INFO)
    run("feedthrough-2")
    lines = [each.getMessage() for each in caplog.records if each.name == "sv_fmi.modal_app"]
    assert lines[0] == "run_fmi_simulation started: feedthrough-2.fmu"
    assert lines[-1].startswith("run_fmi_simulation finished in ")
    assert lines[-1].endswith("status=success")


def test_leaves_no_files_behind(run, tmp_path):
    run("crash-2")
    assert list((tmp_path / "scratch").iterdir()) == []
