"""The kinds of question that a questionnaire may ask, each with its bounds; read from a file, so nothing is trusted."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from chassis.hidden_characters import has_hidden
from client.biometrics.streams import Stream
from client.forms.body_areas import MOST_AREAS
from policies.vocabulary import Category


def _shown(text: str) -> str:
    if has_hidden(text) or text != text.strip():
        raise ValueError("expected a text without hidden characters, and without blanks around it")
    return text


ItemId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
ShownText = Annotated[str, Field(min_length=1, max_length=160), AfterValidator(_shown)]
ShortText = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_shown)]
Number = Annotated[float, Field(ge=-100_000, le=100_000, allow_inf_nan=False)]


class Strict(BaseModel):
    """What is read from a file of a questionnaire: nothing but the fields that are named."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _Item(Strict):
    """What every question has. stream: the readings that its answer becomes; None where no figure is made of it."""

    id: ItemId
    name: ShortText
    text: ShownText
    hint: ShownText | None = None
    is_folded: bool = False
    category: Category
    stream: Stream | None = None


class ScaleItem(_Item):
    """An answer on a scale of whole numbers. best: which end is good; None where neither is."""

    type: Literal["scale"]
    low: Literal[0, 1]
    high: Literal[5, 10]
    labels: dict[Annotated[int, Field(ge=0, le=10)], ShortText]
    best: Literal["low", "high"] | None = None

    @model_validator(mode="after")
    def _has_labels(self) -> Self:
        if (self.low, self.high) not in ((1, 5), (0, 10)):
            raise ValueError("expected a scale from 1 to 5 or from 0 to 10")
        needed = set(range(1, 6)) if self.high == 5 else {0, 10}
        if not needed <= set(self.labels) <= set(range(self.low, self.high + 1)):
            raise ValueError("expected a label for every step from 1 to 5, or for 0 and 10 at least")
        return self


class NumberItem(_Item):
    """A number with its unit (UCUM) and range. step: what a step of the field is."""

    type: Literal["number"]
    unit: Annotated[str, Field(min_length=1, max_length=20)]
    low: Number
    high: Number
    step: Annotated[float, Field(gt=0, le=1000)] = 1.0

    @model_validator(mode="after")
    def _is_range(self) -> Self:
        if self.low >= self.high:
            raise ValueError("expected low below high")
        return self


class AnswerOption(Strict):
    """One answer of a choice. also: what choosing it says of other items that are left open."""

    value: Number
    text: ShownText
    also: Annotated[dict[ItemId, Number], Field(max_length=10)] = Field(default_factory=dict)


class ChoiceItem(_Item):
    """One of a few answers, each with the number that is stored."""

    type: Literal["choice"]
    options: Annotated[tuple[AnswerOption, ...], Field(min_length=2, max_length=8)]

    @model_validator(mode="after")
    def _are_different(self) -> Self:
        values, texts = ({getattr(one, name) for one in self.options} for name in ("value", "text"))
        if len(self.options) not in (len(values), len(texts)) or len(values) != len(texts):
            raise ValueError("expected options with different values and different texts")
        return self


class YesNoItem(_Item):
    """Yes is stored as 1, no as 0."""

    type: Literal["yes_no"]


class BodyMapItem(_Item):
    """Areas of the body, as a text of their codes."""

    type: Literal["body_map"]
    at_most: Annotated[int, Field(ge=1, le=MOST_AREAS)] = MOST_AREAS


Item = Annotated[ScaleItem | NumberItem | ChoiceItem | YesNoItem | BodyMapItem, Field(discriminator="type")]
OF_A_COACH = (NumberItem, ChoiceItem, YesNoItem)
"""What a coach's own questionnaire may ask."""
