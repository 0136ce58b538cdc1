"""What every form of event details has in common: its kind, its name, and which of its fields open one by one.

An entry commits to ten fields. Six of them come from the details (`Eight`; the journal adds the organisation and the
part of the day, which makes eight), one is the athlete, and one is `rest`: everything else, with the form's name.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, PlainSerializer

from audit.entries.events import EventKind
from policies.vocabulary import Granularity

PRINTABLE = r"^[^\x00-\x1f\x7f]+$"
WORD = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
SHA256 = r"^[0-9a-f]{64}$"


def _granularity(value: object) -> object:
    """Read a granularity's word; anything else is left for the model to refuse."""
    return Granularity.__members__.get(value.upper(), value) if isinstance(value, str) and value.islower() else value


Word = Annotated[str, Field(pattern=WORD, max_length=64)]
"""An identifier: of a campaign, a model, a release, a receipt."""
Sha256 = Annotated[str, Field(pattern=SHA256)]
PersonText = Annotated[str, Field(pattern=PRINTABLE, max_length=80)]
"""One person under the name or number by which the organisation knows them."""
SubjectText = Annotated[str, Field(pattern=PRINTABLE, max_length=64)]
"""Any text that may stand for an athlete: whoever is not known is refused where the details are used."""
Organisation = Annotated[str, Field(pattern=PRINTABLE, max_length=64)]
Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""A whole number that canonical JSON (RFC 8785) can hold."""
GranularityLevel = Annotated[
    Granularity, BeforeValidator(_granularity), PlainSerializer(lambda level: level.word, return_type=str)
]
"""A granularity, written as its word."""


@dataclass(frozen=True, slots=True)
class Eight:
    """The fields of an entry that open one by one and come from its details: text, or None where one is absent."""

    role: str | None = None
    purpose: str | None = None
    category: str | None = None
    granularity: str | None = None
    rule: str | None = None
    outcome: str | None = None


class Details(BaseModel):
    """The details of one event. Every form is a frozen child with a kind, a name of its own, and bounded fields.

    opened: which of its fields stand among the eight; all others stand in `rest`. The eight depend on kind and request
    alone, but for rule and outcome of an access: whoever opens them learns nothing about the athlete.
    added: fields of `rest` that a later version brought; at their default they are left out, as in earlier entries.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    kind: ClassVar[EventKind]
    form: ClassVar[str]
    opened: ClassVar[frozenset[str]] = frozenset()
    added: ClassVar[frozenset[str]] = frozenset()

    @property
    def subject(self) -> str | None:
        """The athlete whom a reported event names; None for every other form, where the journal knows it."""
        athlete: str | None = getattr(self, "athlete", None)
        return athlete

    def parts(self) -> tuple[dict[str, str | None], dict[str, JsonValue]]:
        """Return what it has of the fields that open one by one, and all else in plain JSON with the form's name."""
        rest = self.fields()
        return {name: cast("str | None", rest.pop(name)) for name in self.opened}, rest

    def eight(self) -> Eight:
        """Return the fields that open one by one."""
        return Eight(**self.parts()[0])

    def rest(self) -> dict[str, JsonValue]:
        """Return everything else as plain JSON, with the name of the form."""
        return self.parts()[1]

    def fields(self) -> dict[str, JsonValue]:
        """Return all fields as plain JSON in one object, with the name of the form."""
        return {"form": self.form, **self.model_dump(mode="json", exclude=self._absent() or None)}

    def body(self) -> dict[str, JsonValue]:
        """Return all fields as plain JSON, as an organisation reports them; absent ones are left out."""
        return self.model_dump(mode="json", exclude_none=True)

    def _absent(self) -> set[str]:
        fields = type(self).model_fields
        return {name for name in self.added if getattr(self, name) == fields[name].default}
