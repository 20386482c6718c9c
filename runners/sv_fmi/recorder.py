"""Writes every sample to a file as it comes, so that what a killed process recorded can still be read."""

import os
from array import array
from collections.abc import Callable
from typing import Any

import numpy as np
from fmpy.model_description import ModelDescription
from fmpy.simulation import Recorder


def streaming_recorder(file_descriptor: int) -> Callable[..., Recorder]:
    """Make the recorder class to put in place of FMPy's, which keeps all rows in memory.

    A row is the time and then every element of every recorded variable, in FMPy's order of columns, as native
    float64. Only the last row stays in `rows`.
    """

    class StreamingRecorder(Recorder):
        def __init__(
            self,
            fmu: Any,
            modelDescription: ModelDescription,  # noqa: N803 - FMPy's name
            variableNames: Any = None,  # noqa: N803
            interval: Any = None,
        ) -> None:
            super().__init__(fmu, modelDescription, variableNames, interval)
            self._scalars = all(len(column) == 2 for column in self.cols)

        def sample(self, time: float, force: bool = False) -> None:
            super().sample(time, force)
            row = self.rows[-1]
            self.rows[:] = [row]
            values = row if self._scalars else np.concatenate([np.ravel(each) for each in row])
            os.write(file_descriptor, array("d", values).tobytes())

    return StreamingRecorder
