"""A cell of a spreadsheet, which knows whether it holds a number, a day or a moment; a text file's cell never does."""

from datetime import MAXYEAR, date, datetime, time, timedelta

CellContent = float | date
"""A number, a calendar day, or (as `datetime` is a kind of `date`) a local moment."""


class TypedCell(str):
    """The text of a cell as a text file would hold it, and the value that the spreadsheet holds."""

    __slots__ = ("value",)
    value: CellContent

    def __new__(cls, text: str, value: CellContent) -> "TypedCell":
        """Return the cell; `text` is what readers see that know nothing of spreadsheets."""
        made = super().__new__(cls, text)
        made.value = value
        return made


def typed(content: object) -> str:
    """Return a spreadsheet's cell as text: ISO days and moments, h:mm:ss durations, numbers with a decimal point."""
    if isinstance(content, bool):
        return "TRUE" if content else "FALSE"
    if isinstance(content, int | float):
        return TypedCell(_plain(float(content)), float(content))
    if isinstance(content, datetime):
        whole = _whole_seconds(content)
        return TypedCell(whole.isoformat(), whole)
    if isinstance(content, date):
        return TypedCell(content.isoformat(), content)
    if isinstance(content, time):
        return _clock(timedelta(hours=content.hour, minutes=content.minute, seconds=content.second))
    if isinstance(content, timedelta):
        return _clock(content)
    return str(content).strip()


def _plain(number: float) -> str:
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def _whole_seconds(moment: datetime) -> datetime:
    """Round to seconds: a serial day holds fractions of one that nobody entered."""
    whole = moment.replace(microsecond=0)
    is_up = moment.microsecond >= 500_000 and whole.year < MAXYEAR
    return whole + timedelta(seconds=1) if is_up else whole


def _clock(length: timedelta) -> str:
    seconds = round(length.total_seconds())
    if seconds < 0:
        return str(length)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
