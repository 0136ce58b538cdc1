"""One version of a questionnaire as its file says it. A version is never changed: another text is another version."""

import json
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from client.errors import BadForm
from client.forms.item_rules import HEALTH, fault_of
from client.forms.items import OF_A_COACH, BodyMapItem, ChoiceItem, Item, ShownText, Strict
from policies.canonical import canonical_bytes, sha256_hex

SCHEMA = "homefield-form-1"
MOST_BYTES = 64 * 1024
MOST_ITEMS = 30
MOST_PARTS = 4
"""Trainings of one day that are rated apart; ours."""


class Occasion(StrEnum):
    """When a questionnaire is asked. closed: a version that ends it."""

    MORNING = "morning"
    AFTER_TRAINING = "after_training"
    REST_DAY = "rest_day"
    WEEKLY = "weekly"
    RETURN_TO_PLAY = "return_to_play"
    ANY_DAY = "any_day"
    CLOSED = "closed"


class Questionnaire(Strict):
    """A questionnaire. owner: who wrote it; a coach asks for numbers, choices, yes and no alone.

    has_note: whether there is a field for free text. is_example: it is there to be copied and is not asked.
    """

    format: Literal["homefield-form-1"]
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
    version: Annotated[int, Field(ge=1, le=9999, strict=True)]
    title: ShownText
    intro: ShownText | None = None
    owner: Literal["homefield", "club", "coach"]
    asked: Occasion
    has_note: bool = False
    is_example: bool = False
    items: Annotated[tuple[Item, ...], Field(min_length=1, max_length=MOST_ITEMS)]

    @model_validator(mode="after")
    def _is_askable(self) -> Self:
        ids = [one.id for one in self.items]
        streams = [one.stream for one in self.items if one.stream is not None]
        if len(set(ids)) < len(ids) or len(set(streams)) < len(streams):
            raise ValueError("expected each id and each stream once")
        if sum(isinstance(one, BodyMapItem) for one in self.items) > 1:
            raise ValueError("expected one body map at most")
        for one in self.items:
            if self.owner == "coach" and not isinstance(one, OF_A_COACH):
                raise ValueError(f"{one.id}: a coach asks for number, choice or yes_no")
            if (fault := fault_of(one)) is not None:
                raise ValueError(f"{one.id}: {fault}")
        self._check_options()
        return self

    def _check_options(self) -> None:
        for one in self.items:
            for option in one.options if isinstance(one, ChoiceItem) else ():
                for other, value in option.also.items():
                    held = next((item for item in self.items if item.id == other and item.id != one.id), None)
                    if not isinstance(held, ChoiceItem) or value not in {each.value for each in held.options}:
                        raise ValueError(f"{one.id}: also names another choice of this form and one of its values")

    @property
    def parts(self) -> int:
        """How many answers of one day stand beside each other: of each training one, else one."""
        return MOST_PARTS if self.asked is Occasion.AFTER_TRAINING else 1

    @property
    def needs_sign_off(self) -> bool:
        """True where it asks about health: a medical person has to have approved this version."""
        return any(one.category in HEALTH for one in self.items)

    @cached_property
    def sha256(self) -> str:
        """The digest of what it says, whatever the file's spaces and order of fields are (RFC 8785)."""
        return sha256_hex(canonical_bytes(self.model_dump(mode="json")))

    @property
    def by_id(self) -> dict[str, Item]:
        """The items by id, in order."""
        return {one.id: one for one in self.items}


def parse_form(data: bytes) -> Questionnaire:
    """Return what a file says; raises BadForm with one sentence on the first thing that is wrong."""
    if len(data) > MOST_BYTES:
        raise BadForm(f"expected a questionnaire of at most {MOST_BYTES // 1024} KiB")
    try:
        return Questionnaire.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        said = first["msg"].removeprefix("Value error, ").removeprefix("Input ")
        raise BadForm(f"this questionnaire cannot be asked: {place}: {said[:300]}") from error
    except RecursionError as error:
        raise BadForm("this questionnaire cannot be asked: it is nested too deeply") from error


def written(form: Questionnaire) -> str:
    """Return the file of a questionnaire, as a person reads and copies it."""
    return json.dumps(form.model_dump(mode="json", exclude_defaults=True), indent=2, ensure_ascii=False)
