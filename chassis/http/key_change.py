"""An organisation's statement that it signs with another key from now on, signed with the key before and the new one.

The key before shows that it is the organisation that speaks; the new one, that whoever speaks holds it. The consent
service takes the statement from an organisation, and a club's node from its league.
"""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from chassis.errors import UnsoundAnswer
from policies.canonical import canonical_bytes
from policies.errors import BadSignature, InvalidInput
from policies.signing import SigningKey, VerifyKey

KeyIdText = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
SignatureText = Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]


class KeyChange(BaseModel):
    """Who changes which key for which at which consent service (its key id). made: by the organisation's clock."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    statement: Annotated[str, Field(pattern="^homefield-key-change-1$")] = "homefield-key-change-1"
    organisation: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,63}$")]
    service_key_id: KeyIdText
    former_key_id: KeyIdText
    key: Annotated[str, Field(min_length=44, max_length=44)]
    made: AwareDatetime

    def canonical(self) -> bytes:
        """The bytes that both keys sign."""
        return canonical_bytes(self.model_dump(mode="json"))


class SignedKeyChange(BaseModel):
    """A statement with both signatures over its canonical bytes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    change: KeyChange
    by_former: SignatureText
    by_new: SignatureText

    @classmethod
    def create(
        cls, organisation: str, *, former: SigningKey, new: SigningKey, service_key_id: str, now: datetime
    ) -> "SignedKeyChange":
        """Make and sign the statement."""
        change = KeyChange(
            organisation=organisation,
            service_key_id=service_key_id,
            former_key_id=former.verify_key.key_id,
            key=new.verify_key.text,
            made=now,
        )
        message = change.canonical()
        return cls(change=change, by_former=former.sign(message).hex(), by_new=new.sign(message).hex())

    def verify(self, former: VerifyKey) -> VerifyKey:
        """Return the new key if `former` and it signed exactly this; raises BadSignature or InvalidInput."""
        if self.change.former_key_id != former.key_id or self.change.key == former.text:
            raise BadSignature("expected a statement about this key and another one")
        former.verify(self.change.canonical(), bytes.fromhex(self.by_former))
        return self.verify_new()

    def verify_new(self) -> VerifyKey:
        """Return the new key if it signed this; raises BadSignature or InvalidInput."""
        new = VerifyKey.from_text(self.change.key)
        new.verify(self.change.canonical(), bytes.fromhex(self.by_new))
        return new

    def as_json(self) -> dict[str, Any]:
        """Plain JSON of statement and signatures."""
        return self.model_dump(mode="json")


class TakenKey(BaseModel):
    """The consent service's answer to a statement: the key that it takes now, and until when the former one counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: Annotated[str, Field(min_length=1, max_length=200)]
    former_counts_until: AwareDatetime | None

    def former_until(self, statement: SignedKeyChange) -> datetime | None:
        """Return until when the former key counts, None if it does not; raises UnsoundAnswer for another key."""
        if self.key != statement.change.key:
            raise UnsoundAnswer("the consent service took another key than was sent")
        return self.former_counts_until


def parse_key_change(data: bytes) -> SignedKeyChange:
    """Parse untrusted bytes; raises InvalidInput naming the field that is wrong, never its content."""
    try:
        return SignedKeyChange.model_validate_json(data)
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise InvalidInput(f"expected a signed change of key; {field or 'the text'} is not as it should be") from error
