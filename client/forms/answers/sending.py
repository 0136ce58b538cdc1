"""One sending of a questionnaire as it comes from a page, and what is checked before anything of it is kept."""

import math
import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import AwareDatetime, Field, ValidationError

from chassis.hidden_characters import cleaned
from client.biometrics.streams import Stream
from client.errors import AnswerRefused
from client.forms.body_areas import AREAS, CODES, MOST_AREAS
from client.forms.items import BodyMapItem, ChoiceItem, Item, ItemId, NumberItem, ScaleItem, Strict
from client.forms.questionnaire import MOST_ITEMS, MOST_PARTS, Questionnaire
from client.vault.own_answers.kept_answers import AnsweredItem

LATE_DAYS: Final = 7
"""A late answer goes to its day for so long."""
LONGEST_NOTE: Final = 500
MOST_BODY: Final = 16 * 1024
_UUID: Final = r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
AnswerId = Annotated[str, Field(pattern=_UUID)]
GivenValue = Annotated[float, Field(strict=True)] | Annotated[tuple[str, ...], Field(max_length=MOST_AREAS)]


class AnswerRefusal(StrEnum):
    """Why an answer is not taken. Only `later` may be sent again as it is."""

    UNREADABLE = "unreadable"
    UNKNOWN_FORM = "unknown_form"
    BAD_VALUE = "bad_value"
    EMPTY = "empty"
    TOO_OLD = "too_old"
    FUTURE = "future"
    ID_TAKEN = "id_taken"
    ANOTHER_ATHLETE = "another_athlete"


class Sending(Strict):
    """One answer to one questionnaire. id: random, made where it is filled in; a second sending of it is the same.

    part: which training of the day, from 1. answered_at: when it was filled in. note_for: the one role that may read
    the free text beside the athlete; None for nobody.
    """

    id: AnswerId
    form: Annotated[str, Field(max_length=40)]
    version: Annotated[int, Field(ge=1, le=9999)]
    day: date
    part: Annotated[int, Field(ge=1, le=MOST_PARTS)] = 1
    answered_at: AwareDatetime
    answers: Annotated[dict[ItemId, GivenValue], Field(max_length=MOST_ITEMS)]
    note: Annotated[str, Field(max_length=LONGEST_NOTE)] = ""
    note_for: Literal["coach", "medical"] | None = None

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Read a sending; raises AnswerRefused without anything that it holds."""
        try:
            if len(body) > MOST_BODY:
                raise AnswerRefused(AnswerRefusal.UNREADABLE, f"expected an answer of at most {MOST_BODY // 1024} KiB")
            return cls.model_validate_json(body)
        except (ValidationError, RecursionError) as error:
            told = "expected an answer as the page sends it; open the form again"
            raise AnswerRefused(AnswerRefusal.UNREADABLE, told) from error


def check_day(sending: Sending, *, now: datetime, zone: tzinfo) -> None:
    """Raise AnswerRefused for a day that has not come, and for one that is more than seven days ago."""
    today = now.astimezone(zone).date()
    if sending.day > today or sending.answered_at.astimezone(zone).date() < sending.day:
        raise AnswerRefused(AnswerRefusal.FUTURE, "this answer is for a day that had not come; open the form again")
    if sending.day < today - timedelta(days=LATE_DAYS):
        raise AnswerRefused(
            AnswerRefusal.TOO_OLD, f"an answer is taken up to {LATE_DAYS} days after its day, not later"
        )


def moment_of(sending: Sending, *, now: datetime) -> datetime:
    """Return when it was answered, in UTC; a phone's clock that is ahead counts as now."""
    return min(sending.answered_at.astimezone(UTC), now.astimezone(UTC))


def checked_items(sending: Sending, form: Questionnaire) -> dict[str, AnsweredItem]:
    """Return what was answered, item by item; what is left open is not there. Raises AnswerRefused."""
    if not set(sending.answers) <= set(form.by_id) or sending.part > form.parts:
        raise AnswerRefused(AnswerRefusal.BAD_VALUE, "this answer does not fit the form; open the form again")
    given = {item.id: sending.answers[item.id] for item in form.items if item.id in sending.answers}
    values = {name: _checked(form.by_id[name], value) for name, value in given.items()}
    values = {name: value for name, value in values.items() if value != ""}
    for name, value in dict(values).items():
        item = form.by_id[name]
        for option in item.options if isinstance(item, ChoiceItem) else ():
            if option.value == value:
                values = {**option.also, **values}
    if not values and not plain_note(sending.note):
        raise AnswerRefused(AnswerRefusal.EMPTY, "nothing is answered yet; choose at least one answer")
    held = ((item, values[item.id]) for item in form.items if item.id in values)
    return {item.id: AnsweredItem(value, item.category, item.stream) for item, value in held}


def plain_note(text: str) -> str:
    """Return free text without characters that are not drawn, but for the ends of its lines."""
    return cleaned(text.replace("\r\n", "\n").strip(), keeping="\n\t")


def _checked(item: Item, value: float | tuple[str, ...]) -> float | str:
    if isinstance(item, BodyMapItem):
        if isinstance(value, tuple) and set(value) <= set(CODES) and len(set(value)) <= item.at_most:
            return " ".join(area.code for area in AREAS if area.code in value)
    elif isinstance(value, float) and math.isfinite(value) and _fits(item, value):
        return value
    raise AnswerRefused(AnswerRefusal.BAD_VALUE, f"{item.name}: expected {_expected(item)}")


def _fits(item: Item, value: float) -> bool:
    if isinstance(item, ScaleItem):
        return item.low <= value <= item.high and value.is_integer()
    if isinstance(item, NumberItem):
        return item.low <= value <= item.high
    if isinstance(item, ChoiceItem):
        return any(option.value == value for option in item.options)
    return value in (0.0, 1.0)


def _expected(item: Item) -> str:
    if isinstance(item, ScaleItem | NumberItem):
        return f"a number from {item.low:g} to {item.high:g}"
    return f"at most {item.at_most} areas of the map" if isinstance(item, BodyMapItem) else "one of the answers"


def is_answer_id(text: str) -> bool:
    """True for what may be the id of an answer."""
    return re.fullmatch(_UUID, text, re.ASCII) is not None


def streams_of(items: dict[str, AnsweredItem]) -> dict[Stream, AnsweredItem]:
    """Return the items that become readings, by stream."""
    return {one.stream: one for one in items.values() if one.stream is not None}
