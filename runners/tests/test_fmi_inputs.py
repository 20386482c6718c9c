"""Inputs over time, and files that an FMU reads."""

import numpy as np
import pytest
from conftest import BUILT_FMUS

from sv_fmi.modal_app import run_fmi_simulation

pytestmark = pytest.mark.filterwarnings("ignore:.*executing locally")

CONFIG = {"start_time": 0.0, "stop_time": 1.0, "step_size": 0.125}


def raw(*values):
    return np.array(values, dtype="<f8").tobytes()


def series(time, **columns):
    named = {name: {"values": raw(*values), "interpolation": how} for name, (how, values) in columns.items()}
    return {"time": raw(*time), "columns": named}


@pytest.fixture
def run(put_fmu):
    def run_feedthrough(output_variables, **keywords):
        result = run_fmi_simulation.local(
            fmu_storage_key=put_fmu(BUILT_FMUS / "feedthrough-2.fmu"),
            use_test_volume=True,
            simulation_config=CONFIG,
            output_variables=output_variables,
            extras=True,
            **keywords,
        )
        assert result["errors"] == []
        columns = result["series"]["variables"]
        return [np.frombuffer(columns[name]["values"]).tolist() for name in output_variables]

    return run_feedthrough

    return run


def test_a_linear_input_is_what_it_is_at_the_start_of_each_step(run):
    [values] = run(["real_continuous_out"], input_series=series([0, 1], real_continuous_in=("linear", [0, 8])))
    assert values == [0, 0, 1, 2, 3, 4, 5, 6, 7]


def test_a_held_continuous_input_jumps(run):
    inputs = series([0, 0.5, 1], real_continuous_in=("hold", [1, 4, 9]))
    [values] = run(["real_continuous_out"], input_series=inputs)
    assert values == [1, 1, 1, 1, 1, 4, 4, 4, 4]


def test_a_repeated_time_is_a_jump_and_discrete_inputs_are_held(run):
    inputs = series([0, 0.5, 0.5, 1], real_continuous_in=("linear", [0, 4, 8, 8]), int_in=("linear", [1, 1, 3, 5]))
    real, whole = run(["real_continuous_out", "int_out"], input_series=inputs)
    assert real == [0, 0, 1, 2, 3, 8, 8, 8, 8]
    assert whole == [1, 1, 1, 1, 1, 3, 3, 3, 3]


def test_a_file_lies_where_its_parameter_says(put_fmu):
    result = run_fmi_simulation.local(
        fmu_storage_key=put_fmu(BUILT_FMUS / "feedthrough-2.fmu"),
        use_test_volume=True,
        files={"string_in": {"name": "table.csv", "bytes": b"1,2"}},
    )
    assert result["outputs"]["string_out"].endswith("/files/1/table.csv")


@pytest.mark.parametrize(
    ("keywords", "said"),
    [
        ({"input_series": series([0, 0.5], real_continuous_in=("hold", [1, 2]))}, "covers 0.0 to 0.5 s"),
        ({"input_series": series([0, 1], nope=("hold", [1, 2]))}, 'Cannot drive "nope"'),
        ({"input_series": series([0, 1], real_fixed_param=("hold", [1, 2]))}, "no input and no tunable parameter"),
        ({"input_series": series([0, 1], int_in=("hold", [1, 2.5]))}, "its column has fractions"),
        ({"input_series": series([0, 1], int_in=("hold", [1]))}, "1 values for 2 time points"),
        ({"input_series": series([1, 0], int_in=("hold", [1, 2]))}, "never decrease"),
        ({"input_series": {"time": b"123", "columns": {}}}, "no float64 values"),
        ({"files": {"string_in": {"name": "../x", "bytes": b""}}}, "plain name"),
        ({"files": {"int_in": {"name": "x", "bytes": b""}}}, "no String"),
        ({"files": {"string_i": {"name": "x", "bytes": b""}}}, 'Did you mean "string_in"'),
    ],
)
def test_refuses(put_fmu, keywords, said):
    result = run_fmi_simulation.local(
        fmu_storage_key=put_fmu(BUILT_FMUS / "feedthrough-2.fmu"),
        use_test_volume=True,
        simulation_config=CONFIG,
        **keywords,
    )
    assert result["status"] == "error"
    assert said in " ".join(result["errors"])
