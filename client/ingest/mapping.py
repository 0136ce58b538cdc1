"""The mapping file: how a CSV that no reader knows becomes readings. Format in `docs/ingest.md`."""

from datetime import tzinfo
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from client.biometrics.streams import SPECS, Shape, Stream
from client.errors import BadMapping, BadNodeSettings
from client.settings import read_timezone

Name = Annotated[str, Field(min_length=1, max_length=120)]

# Factors from one unit to another, UCUM codes. Anything else is refused when the mapping is read.
CONVERSIONS: dict[tuple[str, str], float] = {
    ("h", "min"): 60.0,
    ("min", "h"): 1 / 60.0,
    ("s", "min"): 1 / 60.0,
    ("s", "h"): 1 / 3600.0,
    ("s", "ms"): 1000.0,
    ("km", "m"): 1000.0,
    ("[mi_i]", "m"): 1609.344,
    ("[lb_av]", "kg"): 0.45359237,
    ("m", "cm"): 100.0,
    ("1", "%"): 100.0,
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TimeColumn(_Strict):
    """Where a row's time stands. format: "date", "iso", or a strptime pattern; zone for times without offset."""

    column: Name
    format: Annotated[str, Field(min_length=1, max_length=60)] = "iso"
    zone: Literal["local", "utc"] = "local"


class RowFilter(_Strict):
    """Take only rows whose `column` is one of `equals`; the others are counted as sentinels."""

    column: Name
    equals: tuple[str, ...]


class StreamColumn(_Strict):
    """One column that holds readings of one stream; `unit` defaults to the stream's own."""

    column: Name
    stream: Stream
    unit: str | None = None
    sentinels: tuple[float, ...] = ()

    @property
    def factor(self) -> float:
        """What a cell is multiplied with to reach the stream's unit."""
        target = SPECS[self.stream].unit
        return 1.0 if self.unit in (None, target) else CONVERSIONS[(self.unit or "", target)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        spec = SPECS[self.stream]
        if spec.shape is not Shape.NUMBER:
            raise ValueError(f"{self.stream.value} is not a stream of numbers")
        if self.unit not in (None, spec.unit) and (self.unit, spec.unit) not in CONVERSIONS:
            raise ValueError(f"{self.stream.value} has the unit {spec.unit}; no conversion from {self.unit} is known")
        return self


class Mapping(_Strict):
    """A whole mapping file."""

    version: Literal[1]
    app: Name
    device: Annotated[str, Field(max_length=120)] = ""
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    decimal: Literal[".", ","] = "."
    timezone: Annotated[str, Field(max_length=64)] | None = None
    athlete: Name | None = None
    time: TimeColumn
    duration_min: Name | None = None
    only: RowFilter | None = None
    streams: Annotated[tuple[StreamColumn, ...], Field(min_length=1, max_length=80)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len({entry.stream for entry in self.streams}) != len(self.streams):
            raise ValueError("a stream is mapped twice")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the CSV must have."""
        optional = (self.athlete, self.duration_min, self.only.column if self.only else None)
        return (self.time.column, *(name for name in optional if name), *(entry.column for entry in self.streams))

    def zone(self, default: tzinfo) -> tzinfo:
        """The time zone of times without offset."""
        return default if self.timezone is None else read_timezone(self.timezone)


def read_mapping(data: bytes) -> Mapping:
    """Parse a mapping file; raises BadMapping that names the place of the first mistake."""
    try:
        mapping = Mapping.model_validate_json(data)
        if mapping.timezone is not None:
            read_timezone(mapping.timezone)
    except ValidationError as error:
        issue = error.errors()[0]
        place = ".".join(map(str, issue["loc"])) or "the file"
        raise BadMapping(f"the mapping file is not valid at {place}: {issue['msg']}") from error
    except BadNodeSettings as error:
        raise BadMapping(str(error)) from error
    return mapping
