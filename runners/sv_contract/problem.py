"""The one error that ends a call with a result instead of a traceback."""


class RunProblem(Exception):  # noqa: N818 - it becomes a result's `errors`, which callers read
    """Why a call could not do its work: one sentence or more, each for a line of the result's `errors`."""

    def __init__(self, *errors: str) -> None:
        super().__init__(" ".join(errors))
        self.errors = list(errors)
