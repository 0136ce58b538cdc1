"""Details of what is recorded about organisations themselves: their registration, their keys, and the end of a key."""

from pydantic import AwareDatetime

from audit.entries.details.base import Details, Organisation, Word
from audit.entries.details.codes import OrganisationType, SigningKeyStep
from audit.entries.events import EventKind


class OrganisationRegistered(Details):
    """An organisation was registered, or its name or key changed. key_id: of the key that signs its requests."""

    kind = EventKind.ORG_REGISTERED
    form = "organisation_registered"

    organisation_type: OrganisationType
    key_id: Word | None


class SigningKeyChanged(Details):
    """An organisation's signing key changed. key_id: the new one, or the one that was retired.

    former_until: until when the key before it counts beside it; None where none does.
    """

    kind = EventKind.ORG_KEY_CHANGED
    form = "signing_key_changed"

    step: SigningKeyStep
    key_id: Word
    former_until: AwareDatetime | None


class OrganisationRevoked(Details):
    """No key of an organisation counts any more; its open campaigns and unanswered requests ended with it."""

    kind = EventKind.ORG_REVOKED
    form = "organisation_revoked"

    revoked: Organisation
    organisation_type: OrganisationType
