"""A form that was filled in without scripts, as a sending: what is left open is not there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData

from client.errors import AnswerRefused
from client.forms.answers.sending import AnswerRefusal, Sending
from client.forms.items import BodyMapItem
from client.forms.questionnaire import Questionnaire
from client.ingest.cells.number_form import plain_number

FIELD = "item-"
"""Before the id of a question in the name of its field."""


def sending_of(form: Questionnaire, fields: FormData, *, now: datetime) -> Sending:
    """Return the sending that the fields of a page are; raises AnswerRefused, which names the question."""
    try:
        return Sending.model_validate(
            {
                "id": _text(fields, "id"),
                "form": form.id,
                "version": form.version,
                "day": _text(fields, "day"),
                "part": _text(fields, "part") or 1,
                "answered_at": now,
                "answers": _answers(form, fields),
                "note": _text(fields, "note").replace("\r\n", "\n"),
                "note_for": _text(fields, "note_for") or None,
            }
        )
    except ValidationError as error:
        text = "this form cannot be read; a note has at most 500 characters"
        raise AnswerRefused(AnswerRefusal.UNREADABLE, text) from error


def _answers(form: Questionnaire, fields: FormData) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for item in form.items:
        given = [one for one in fields.getlist(f"{FIELD}{item.id}") if isinstance(one, str) and one.strip()]
        if not given:
            continue
        if isinstance(item, BodyMapItem):
            found[item.id] = tuple(given)
            continue
        number = plain_number(given[-1].replace(",", "."))
        if number is None:
            raise AnswerRefused(AnswerRefusal.BAD_VALUE, f"{item.name}: expected a number")
        found[item.id] = number
    return found


def _text(fields: FormData, name: str) -> str:
    value = fields.get(name, "")
    return value if isinstance(value, str) else ""
