"""Types that cross the wire as CBOR, as strict as the TypeScript contract's."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from typing_extensions import TypeAliasType


class Contract(BaseModel):
    """A part of the contract: no members beyond those named, no conversion of types."""

    model_config = ConfigDict(extra="forbid", strict=True)


WireValue = TypeAliasType("WireValue", "bool | int | float | str | bytes | list[WireValue]")
"""A value of a variable: arrays as lists in row-major order, Binary as bytes. NaN and infinities are values."""

WireNumber = Annotated[float, Field(allow_inf_nan=False)]
"""A finite number; integers of any size become floats."""


def _refuse_none(value: Any) -> Any:
    if value is None:
        raise ValueError("it may be left out, but not be None")
    return value


NotNone = BeforeValidator(_refuse_none)
"""Marks a member that may be left out, but not be sent as None."""
