"""Random details of every form, made from the types and bounds of its fields alone."""

import types
import typing
from datetime import UTC, date
from enum import Enum
from typing import Any

from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, ValidationError
from pydantic.fields import FieldInfo

from audit.entries.details.access import EVENT, ROUTE, RULE
from audit.entries.details.base import PRINTABLE, SHA256, WORD, Details
from audit.entries.details.league import PRINTABLE_OR_EMPTY


def details_of(form: type[Details]) -> st.SearchStrategy[Details]:
    """Details of one form that its model accepts."""

    def made(fields: dict[str, Any]) -> Details | None:
        try:
            return form(**fields)
        except ValidationError:
            return None  # fields that fit one by one and not together

    found = st.fixed_dictionaries({name: values_of(field) for name, field in form.model_fields.items()}).map(made)
    return found.filter(lambda one: one is not None)  # type: ignore[return-value]  # the filter leaves no None


def values_of(field: FieldInfo) -> st.SearchStrategy[Any]:
    """Values of one field, at its bounds as well."""
    return _of_type(field.annotation, field.metadata)


def _of_type(hint: Any, metadata: list[Any]) -> st.SearchStrategy[Any]:
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return st.one_of(*(_of_type(one, []) for one in arguments))
    if typing.get_origin(hint) is typing.Annotated:
        inner = [item for one in arguments[1:] for item in getattr(one, "metadata", [one])]
        return _of_type(arguments[0], inner)
    if typing.get_origin(hint) is tuple:
        return st.lists(_of_type(arguments[0], []), max_size=3).map(tuple)
    return _of_plain_type(hint, metadata)


def _of_plain_type(hint: Any, metadata: list[Any]) -> st.SearchStrategy[Any]:
    if hint is type(None):
        return st.none()
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return st.builds(hint, **{name: values_of(field) for name, field in hint.model_fields.items()})
    if hint is str:
        return _texts(_bound(metadata, "pattern"), _bound(metadata, "max_length") or 200)
    numbers = st.integers(0, _bound(metadata, "le") or 2**53 - 1)
    return {bool: st.booleans(), date: st.dates(), AwareDatetime: AWARE, int: numbers}[hint]


AWARE = st.datetimes(timezones=st.just(UTC))
ALPHABETS = {
    WORD: "abz-AZ.09_",
    SHA256: "0123456789abcdef",
    EVENT: "0123456789abcdef",
    PRINTABLE_OR_EMPTY: "aZ ",
    PRINTABLE: "aZ \u00e9\u4f60\U0001f600'\"\\ ",
}
"""Letters of each kind of text; the patterns themselves are tested where they refuse."""
WHOLE = {RULE: ["D00", "C02", "ABC12"], ROUTE: ["GET /v1/snapshot", "POST /v1/campaigns/{sha256}/tokens"]}


def _texts(pattern: str, longest: int) -> st.SearchStrategy[str]:
    if pattern in WHOLE:
        return st.sampled_from(WHOLE[pattern])
    shortest = {SHA256: 64, EVENT: 32, PRINTABLE_OR_EMPTY: 0}.get(pattern, 1)
    longest = max(shortest, longest) if pattern not in (SHA256, EVENT) else shortest
    texts = st.text(ALPHABETS[pattern], min_size=shortest, max_size=longest)
    return texts.map(lambda text: f"x{text[1:]}") if pattern == WORD else texts


def _bound(metadata: list[Any], name: str) -> Any:
    return next((value for item in metadata if (value := getattr(item, name, None)) is not None), None)
