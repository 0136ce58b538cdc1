"""Questionnaires and answers in the words of the pages."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from chassis.text import weekday_date
from chassis.texts.catalogue import Texts
from client.biometrics.unit_words import with_unit
from client.forms.answers.own_answers import newest
from client.forms.answers.sending import LATE_DAYS
from client.forms.body_areas import AREAS, CODES, BodyArea
from client.forms.items import BodyMapItem, ChoiceItem, Item, NumberItem, ScaleItem
from client.forms.library.form_library import FormLibrary
from client.forms.questionnaire import Questionnaire
from client.vault.own_answers.kept_answers import KeptAnswer


@dataclass(frozen=True, slots=True)
class FormOnPage:
    """A questionnaire as a page shows it. said: what stands in its fields. id: of the answer that it will be."""

    form: Questionnaire
    words: Texts
    day: date
    part: int
    today: date
    said: Mapping[str, Sequence[str]] = field(default_factory=dict)
    note: str = ""
    note_for: str = ""
    replaced: KeptAnswer | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def told(self, text: str) -> str:
        """Return a text of the questionnaire's file in the language of the page."""
        return self.words.catalogue.gettext(text)

    @property
    def usual(self) -> list[Item]:
        """The questions that stand open."""
        return [one for one in self.form.items if not one.is_folded]

    @property
    def folded(self) -> list[Item]:
        """The questions behind a line that opens them."""
        return [one for one in self.form.items if one.is_folded]

    @property
    def days(self) -> list[tuple[str, str]]:
        """The days that may be answered, today first."""
        held = [self.today - timedelta(days=step) for step in range(LATE_DAYS + 1)]
        names = [weekday_date(one) for one in held]
        names[:2] = [self.words("Today"), self.words("Yesterday")]
        return [(one.isoformat(), name) for one, name in zip(held, names, strict=True)]

    @property
    def parts(self) -> list[tuple[int, str]]:
        """The trainings of a day, where they are rated apart."""
        named = ("First training", "Second training", "Third training", "Fourth training")
        return [(number, self.told(named[number - 1])) for number in range(1, self.form.parts + 1)]

    def is_said(self, item: Item, value: float | str) -> bool:
        """True where an answer is filled in."""
        return as_typed(value) in self.said.get(item.id, ())

    def number(self, item: Item) -> str:
        """What stands in a field for a number."""
        return next(iter(self.said.get(item.id, ())), "")

    def steps(self, item: ScaleItem) -> list[tuple[int, str]]:
        """The steps of a scale with their labels, "" where a step has none."""
        return [(step, self.told(item.labels.get(step, ""))) for step in range(item.low, item.high + 1)]

    def areas(self, view: str) -> list[tuple[BodyArea, str]]:
        """The areas of one side of the body map with their names."""
        return [(one, self.told(one.name.capitalize())) for one in AREAS if one.view == view]

    def range_of(self, item: NumberItem) -> str:
        """The range of a number with its unit."""
        return with_unit(self.words("%(low)g to %(high)g", low=item.low, high=item.high), item.unit)


def as_typed(value: float | str) -> str:
    """Return a number, or the code of an area, as its field holds it."""
    return value if isinstance(value, str) else f"{value:g}"


@dataclass(frozen=True, slots=True)
class AnswerOnPage:
    """An answer as a list shows it. state: "counts", "replaced" or "taken_back"."""

    answer: KeptAnswer
    title: str
    day: str
    at: str
    state: str
    values: list[tuple[str, str]]
    change: str


def shown_answer(
    one: KeptAnswer, held: list[KeptAnswer], library: FormLibrary, words: Texts, *, today: date, at: str
) -> AnswerOnPage:
    """Return one answer in words. held: all answers of its slot at least. at: when it was filled in, local."""
    form = library.find(one.form, one.version)
    told = words.catalogue.gettext
    values = [
        (told(item.name), _value(item, one.items[item.id].value, words)) for item in form.items if item.id in one.items
    ]
    ago = (today - one.day).days
    change = f"/me/forms/{one.form}/of/{ago}/{one.part}"
    return AnswerOnPage(one, told(form.title), _day(one.day, today, words), at, _state(one, held), values, change)


def _state(one: KeptAnswer, held: list[KeptAnswer]) -> str:
    if one.withdrawn_at is not None:
        return "taken_back"
    return "counts" if newest(other for other in held if other.slot == one.slot) == one else "replaced"


def _day(day: date, today: date, words: Texts) -> str:
    ago = (today - day).days
    return (words("Today"), words("Yesterday"))[ago] if ago in (0, 1) else weekday_date(day)


def _value(item: Item, value: float | str, words: Texts) -> str:
    told = words.catalogue.gettext
    if isinstance(value, str):
        return ", ".join(_area(code, words) for code in value.split())
    if isinstance(item, ScaleItem):
        label = told(item.labels.get(int(value), ""))
        return f"{value:g} – {label}" if label else words("%(value)g of %(most)g", value=value, most=item.high)
    if isinstance(item, ChoiceItem):
        return next((told(one.text) for one in item.options if one.value == value), f"{value:g}")
    if isinstance(item, NumberItem | BodyMapItem):
        return with_unit(f"{value:g}", getattr(item, "unit", ""))
    return words("Yes") if value else words("No")


def _area(code: str, words: Texts) -> str:
    area = CODES[code]
    sides = {"left": words("left"), "right": words("right"), "": ""}
    named = f"{sides[area.side]} {words.catalogue.gettext(area.name)}".strip()
    return f"{named} ({words('front') if area.view == 'front' else words('back')})"
