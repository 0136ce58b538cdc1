"""The mapping file: how a CSV that no reader knows becomes readings. Format in `docs/ingest.md`."""

from datetime import tzinfo
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from client.biometrics.sessions import OWN_ANSWER
from client.biometrics.stream_spec import Shape
from client.biometrics.streams import SPECS, Stream
from client.errors import BadMapping, BadNodeSettings
from client.ingest.cells.column_check import RATED
from client.ingest.cells.cycle_names import is_about_cycle
from client.ingest.cells.headings import plain_heading, scale_in
from client.ingest.cells.row_time import check_format
from client.settings import read_timezone

Name = Annotated[str, Field(min_length=1, max_length=120)]


def _of_a_program(app: str) -> str:
    if app.casefold() == OWN_ANSWER:
        raise ValueError(f"{OWN_ANSWER!r} names what athletes answer at this node; name the program that made the file")
    return app


AppName = Annotated[Name, AfterValidator(_of_a_program)]
ColumnName = Annotated[Name, AfterValidator(plain_heading)]

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
    ("[ft_i]", "m"): 0.3048,
    ("[yd_i]", "m"): 0.9144,
    ("m", "cm"): 100.0,
    ("mm", "cm"): 0.1,
    ("[in_i]", "cm"): 2.54,
    ("g", "kg"): 0.001,
    ("ms", "s"): 0.001,
    ("ms", "min"): 1 / 60_000.0,
    ("L", "mL"): 1000.0,
    ("[foz_us]", "mL"): 29.5735,
    ("g", "mL"): 1.0,  # water
    ("kJ", "kcal"): 1 / 4.184,
    ("1", "%"): 100.0,
    ("%", "1"): 0.01,
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TimeColumn(_Strict):
    """Where a row's time stands. format: a name of `row_time.NAMED` or a strptime pattern that fixes a day.

    time_of_day: the column of the clock time, where `column` holds the day alone. zone: what a time without offset
    means. zone_column: the column of each row's own zone or offset, which the file says better than `zone`.
    """

    column: ColumnName
    format: Annotated[str, Field(min_length=1, max_length=60), AfterValidator(check_format)] = "iso"
    zone: Literal["local", "utc"] = "local"
    time_of_day: ColumnName | None = None
    zone_column: ColumnName | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it names."""
        return (self.column, *(name for name in (self.time_of_day, self.zone_column) if name))


class RowFilter(_Strict):
    """Take only rows whose `column` is one of `equals`; the others are counted as sentinels.

    Capitals make no difference: a spreadsheet turns True into TRUE.
    """

    column: ColumnName
    equals: tuple[str, ...]

    def takes(self, cell: str) -> bool:
        """True for a row that has this cell in the column."""
        return cell.casefold() in {word.strip().casefold() for word in self.equals}


class StreamColumn(_Strict):
    """One column that holds readings of one stream.

    unit: defaults to the stream's own. scale: lowest and highest answer that the column can hold, of a rating; it must
    be that of the stream, for one scale cannot be turned into another, and be said where the name of the column says
    another. reversed: its best answer is the other end.
    """

    column: ColumnName
    stream: Stream
    unit: str | None = None
    scale: tuple[float, float] | None = None
    reversed: bool = False
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
        if self.reversed and self.stream not in RATED:
            raise ValueError(f"{self.stream.value} is no rating, so that nothing of it can be reversed")
        if self.scale not in (None, (spec.low, spec.high)):
            raise ValueError(f"{self.stream.value} is a scale from {spec.low:g} to {spec.high:g}; no other can be read")
        said = scale_in(self.column) if self.stream in RATED and self.scale is None else None
        if said not in (None, (spec.low, spec.high)):
            raise ValueError(
                f"the name of the column says {said[0]:g} to {said[1]:g}, and {self.stream.value} is a scale from "
                f'{spec.low:g} to {spec.high:g}; say "scale": [{spec.low:g}, {spec.high:g}] if its answers are on that'
            )
        return self


class Mapping(_Strict):
    """A whole mapping file.

    delimiter: told from the header where it is not declared. decimal: "." where it is not declared. grouping: the sign
    between thousands, or "" for none; where it is not declared the cells must prove it.
    sheets: of a workbook only these; every sheet that has the columns where none is named. athlete_is_sheet: each
    sheet's name is the label of the athlete whose rows it holds.
    """

    version: Literal[1]
    app: AppName
    device: Annotated[str, Field(max_length=120)] = ""
    delimiter: Annotated[str, Field(min_length=1, max_length=1, pattern=r'[^"\r\n]')] | None = None
    decimal: Literal[".", ","] | None = None
    grouping: Literal["", ".", ",", " ", "'"] | None = None
    timezone: Annotated[str, Field(max_length=64)] | None = None
    athlete: ColumnName | None = None
    athlete_is_sheet: bool = False
    sheets: Annotated[tuple[Name, ...], Field(max_length=200)] = ()
    time: TimeColumn
    duration_min: ColumnName | None = None
    only: RowFilter | None = None
    streams: Annotated[tuple[StreamColumn, ...], Field(min_length=1, max_length=80)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len({entry.stream for entry in self.streams}) != len(self.streams):
            raise ValueError("a stream is mapped twice")
        if any(map(is_about_cycle, self.columns)):
            raise ValueError("columns about the menstrual cycle or a pregnancy are never read")
        if self.athlete is not None and self.athlete_is_sheet:
            raise ValueError("the athlete is named by a column or by the sheet, not by both")
        if self.grouping and self.grouping == (self.decimal or "."):
            raise ValueError("the decimal sign and the grouping sign are the same")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the CSV must have."""
        optional = (self.athlete, self.duration_min, self.only.column if self.only else None)
        return (*self.time.columns, *(name for name in optional if name), *(entry.column for entry in self.streams))

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
