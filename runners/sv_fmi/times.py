"""When to step and when to record, s: points are computed from the start, never accumulated."""

import math
from dataclasses import dataclass

from sv_contract.fmi import SimulationConfig
from sv_contract.problem import RunProblem

DEFAULT_STEPS = 500
MOST_POINTS = 10_000_000

ROUNDING = 1e-6
"""A rest this small, in steps, is rounding and no step of its own."""


@dataclass(frozen=True)
class Times:
    """The times of a run, all defaults filled in."""

    start: float
    stop: float
    step_size: float
    """The communication step size: what FMPy calls `output_interval`."""
    steps_per_point: int
    """Steps from one recorded point to the next."""

    @property
    def steps(self) -> int:
        """Steps to the end; the last may be shorter."""
        return count_steps(self.start, self.stop, self.step_size)


@dataclass(frozen=True)
class Experiment:
    """An FMU's default experiment, s."""

    start: float | None
    stop: float | None
    step_size: float | None


def count_steps(start: float, stop: float, step_size: float) -> int:
    """Count the steps from start to stop."""
    exact = (stop - start) / step_size
    rounded = round(exact)
    return max(1, rounded if abs(exact - rounded) < ROUNDING else math.ceil(exact))


def plan_times(
    config: SimulationConfig, output_interval: float | None, experiment: Experiment, *, variable_steps: bool
) -> Times:
    """Fill in a run's times: as given, else the default experiment's, else 0 to 1 s in 500 steps.

    Raises RunProblem for times that cannot be, and for a step size that an FMU of fixed steps cannot take.
    """
    start = _first(config.start_time, experiment.start, 0.0)
    stop = _first(config.stop_time, experiment.stop, start + 1.0)
    if not (math.isfinite(start) and math.isfinite(stop) and stop > start):
        raise RunProblem(f"stop_time {stop} s is not after start_time {start} s.")
    step_size = config.step_size
    if step_size is not None and not step_size > 0:
        raise RunProblem(f"step_size {step_size} s is not a positive number of seconds.")
    if step_size is None:
        step_size = _default_step(start, stop, experiment.step_size, variable_steps=variable_steps)
    if (stop - start) / step_size > MOST_POINTS:
        raise RunProblem(
            f"The run would take more than {MOST_POINTS} steps. Take a larger step_size, or a shorter run."
        )
    steps = count_steps(start, stop, step_size)
    if not variable_steps and not _is_uniform(start, stop, step_size):
        raise RunProblem(
            f"The FMU takes steps of one size only, and {step_size} s does not divide the simulated time: "
            f"take step_size {(stop - start) / steps} s, or another that divides the simulated time."
        )
    return Times(start, stop, step_size, _steps_per_point(output_interval, step_size))


def _first(*values: float | None) -> float:
    return next(float(each) for each in values if each is not None)


def _is_uniform(start: float, stop: float, step_size: float) -> bool:
    return abs((stop - start) / step_size - count_steps(start, stop, step_size)) < ROUNDING


def _default_step(start: float, stop: float, step_size: float | None, *, variable_steps: bool) -> float:
    span = stop - start
    if step_size is None or not step_size > 0:
        return span / DEFAULT_STEPS
    step = min(step_size, span)
    return step if variable_steps or _is_uniform(start, stop, step) else span / count_steps(start, stop, step)


def _steps_per_point(interval: float | None, step_size: float) -> int:
    if interval is None:
        return 1
    multiple = interval / step_size
    if round(multiple) < 1 or abs(multiple - round(multiple)) > ROUNDING:
        raise RunProblem(f"output_interval {interval} s is not a whole multiple of the step size {step_size} s.")
    return round(multiple)
