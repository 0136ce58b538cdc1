"""Settings of one node folder: read once into a frozen value; paths are derived, never configured."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, time, tzinfo
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chassis.files.create_file import make_private_folder
from chassis.files.program_folder import taken_for_another
from chassis.files.replace_file import replace_durably
from chassis.files.rotating_key import RotatingKey
from client.errors import BadNodeSettings
from policies.campaigns.signatures import USUAL_SECOND_SIGNER, CampaignSigners
from policies.signing import SigningKey, VerifyKey
from policies.vocabulary import Category, OrgId

ORG_ID = r"^[a-z0-9][a-z0-9-]{1,63}$"
OrgText = Annotated[str, Field(pattern=ORG_ID)]
MAIL = r"^[^@\s<>,;\"]{1,64}@[A-Za-z0-9.-]{1,189}$"
CLOCK_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
FILE_NAME = "settings.json"
LEAST_KEPT_D = 90
"""Ours: an athlete's usual range and the light are worked out from the last three months."""
KeptDays = Annotated[int, Field(ge=LEAST_KEPT_D, le=36_500)]


class MailServer(BaseModel):
    """Where a node's short messages are posted, always encrypted; the password lies in `keys/mail-password`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: Annotated[str, Field(min_length=1, max_length=253)]
    port: Annotated[int, Field(ge=1, le=65_535)]
    encryption: Literal["tls", "starttls"] = "tls"
    user: Annotated[str, Field(max_length=200)] = ""
    sender: Annotated[str, Field(pattern=MAIL, max_length=254)]
    recipients: Annotated[tuple[Annotated[str, Field(pattern=MAIL, max_length=254)], ...], Field(min_length=1)]


class NodeSettingsFile(BaseModel):
    """`settings.json` of a node, as it is on disk."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    club: OrgText
    name: Annotated[str, Field(min_length=1, max_length=80)]
    timezone: Annotated[str, Field(max_length=64)] = "UTC"
    lock: Literal["key_file", "passphrase"] = "key_file"
    consent_url: Annotated[str, Field(max_length=300)] | None = None
    consent_service_key: Annotated[str, Field(max_length=64)] | None = None
    portal_url: Annotated[str, Field(max_length=300)] | None = None
    coordinator: Annotated[str, Field(max_length=300)] | None = None
    ca_file: Annotated[str, Field(max_length=1000)] | None = None
    league_key: Annotated[str, Field(max_length=64)] | None = None
    former_league_key: Annotated[str, Field(max_length=64)] | None = None
    second_signer: OrgText = USUAL_SECOND_SIGNER
    second_signer_key: Annotated[str, Field(max_length=64)] | None = None
    former_second_signer_key: Annotated[str, Field(max_length=64)] | None = None
    without_wearables: bool = False
    keep_days: dict[Category, KeptDays] = Field(default_factory=dict, max_length=len(Category))
    report_ready: Annotated[str, Field(pattern=CLOCK_TIME)] = "06:30"
    report_mail: MailServer | None = None
    report_webhook: Annotated[str, Field(max_length=500)] | None = None


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """One node: its club, its links to the other programs (None until linked) and where its files are.

    without_wearables: readiness and training load are computed from other sources alone, and every question says so.
    former_league_key: signed what the league published before it changed its key. second_signer: who signs campaigns
    beside the league; its key is the consent service's where none is set. portal_url: where athletes open their portal,
    where browsers reach it under another address than this node does. keep_days: readings of a category that are
    older are deleted; those of one that is missing are kept for good. report_ready: local time before which the day's
    report is prepared. report_mail, report_webhook: where it is said that the board is ready; None says it nowhere.
    """

    directory: Path
    club: OrgId
    name: str
    timezone: tzinfo
    lock: Literal["key_file", "passphrase"]
    consent_url: str | None
    consent_service_key: str | None
    coordinator: str | None
    ca_file: Path | None
    league_key: str | None
    without_wearables: bool = False
    former_league_key: str | None = None
    second_signer: str = USUAL_SECOND_SIGNER
    second_signer_key: str | None = None
    former_second_signer_key: str | None = None
    keep_days: Mapping[Category, int] = field(default_factory=dict)
    portal_url: str | None = None
    report_ready: time = time(6, 30)
    report_mail: MailServer | None = None
    report_webhook: str | None = None

    @property
    def vault_path(self) -> Path:
        """The sealed store."""
        return self.directory / "vault.sqlite3"

    @property
    def journal_path(self) -> Path:
        """The node's own journal of rounds and decisions."""
        return self.directory / "journal.sqlite3"

    @property
    def keys(self) -> Path:
        """The folder of secret files."""
        return self.directory / "keys"

    @property
    def fleet_key_path(self) -> Path:
        """Private key (EC P-384, OpenSSH) with which the node signs in to the coordinator's Fleet API."""
        return self.keys / "fleet"

    @property
    def approved(self) -> Path:
        """The folder of campaign manifests that this club approved."""
        return self.directory / "approved"

    @property
    def shown_campaigns(self) -> Path:
        """The folder of campaign manifests that were shown here and wait for the club's decision."""
        return self.directory / "campaigns"

    @property
    def received(self) -> Path:
        """Folder of league models as they arrived, in their chain."""
        return self.directory / "received"

    @property
    def models(self) -> Path:
        """The folder of league models that went through this node's gate."""
        return self.directory / "models"

    def node_key(self) -> SigningKey:
        """Return the Ed25519 key that signs this node's requests and approvals; raises BadSecretFile."""
        return self.rotating_key.present

    @property
    def rotating_key(self) -> RotatingKey:
        """The same key with what waits to replace it, and the one before."""
        return RotatingKey(self.keys / "node.key")

    def league_keys(self) -> tuple[VerifyKey, ...]:
        """Return the league's key, and the one before where it has changed; empty on a node that is not linked."""
        return tuple(VerifyKey.from_text(key) for key in (self.league_key, self.former_league_key) if key)

    def campaign_signers(self) -> CampaignSigners:
        """Return whose signatures a campaign needs here: the league's and the second signer's."""
        keys = (self.second_signer_key or self.consent_service_key, self.former_second_signer_key)
        second = [VerifyKey.from_text(key) for key in keys if key]
        return CampaignSigners(self.league_keys(), {self.second_signer: second})


def portal_origin(settings: NodeSettings) -> str:
    """Return the origin of the athletes' portal, whose forms may bring a ticket; empty on a node that is not linked."""
    parts = urlsplit(settings.portal_url or settings.consent_url or "")
    host = parts.netloc.removesuffix(":443" if parts.scheme == "https" else ":80")
    return f"{parts.scheme}://{host}".lower() if host else ""


def is_org_id(text: str) -> bool:
    """True for what may be the id of an organisation."""
    return re.fullmatch(ORG_ID, text, re.ASCII) is not None


def load_settings(directory: Path) -> NodeSettings:
    """Read the settings of a node folder; raises BadNodeSettings in one sentence otherwise."""
    try:
        stored = NodeSettingsFile.model_validate_json((directory / FILE_NAME).read_bytes())
    except OSError as error:
        raise BadNodeSettings(f"{directory} is not a node folder; create one with `homefield-node init`") from error
    except ValidationError as error:
        fields = ", ".join(sorted({".".join(map(str, issue["loc"])) or "content" for issue in error.errors()}))
        other = taken_for_another(directory / FILE_NAME, expected="club")
        raise BadNodeSettings(other or f"{directory / FILE_NAME} is not valid (see: {fields})") from error
    return NodeSettings(
        directory=directory,
        club=OrgId(stored.club),
        name=stored.name,
        timezone=read_timezone(stored.timezone),
        lock=stored.lock,
        consent_url=stored.consent_url,
        consent_service_key=stored.consent_service_key,
        coordinator=stored.coordinator,
        ca_file=None if stored.ca_file is None else Path(stored.ca_file),
        league_key=stored.league_key,
        without_wearables=stored.without_wearables,
        former_league_key=stored.former_league_key,
        second_signer=stored.second_signer,
        second_signer_key=stored.second_signer_key,
        former_second_signer_key=stored.former_second_signer_key,
        keep_days=stored.keep_days,
        portal_url=stored.portal_url,
        report_ready=time.fromisoformat(stored.report_ready),
        report_mail=stored.report_mail,
        report_webhook=stored.report_webhook,
    )


def read_timezone(name: str) -> tzinfo:
    """Return the IANA time zone `name`; raises BadNodeSettings when this machine does not know it.

    "UTC" needs no time zone database, which a bare machine may lack.
    """
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadNodeSettings(f"unknown time zone {name!r}; expected an IANA name such as Europe/Oslo") from error


def save_settings(directory: Path, settings: NodeSettingsFile) -> None:
    """Write `settings.json` with mode 0600 in one step, so that a crash leaves the old or the new file."""
    make_private_folder(directory)
    replace_durably(directory / FILE_NAME, settings.model_dump_json(indent=2).encode() + b"\n")


def change_settings(
    directory: Path, **changes: str | bool | Mapping[Category, int] | Mapping[str, object] | None
) -> NodeSettings:
    """Replace some fields of `settings.json` and return the settings as they are now."""
    load_settings(directory)
    stored = NodeSettingsFile.model_validate_json((directory / FILE_NAME).read_bytes())
    try:
        changed = NodeSettingsFile.model_validate({**stored.model_dump(), **changes})
    except ValidationError as error:
        fields = ", ".join(sorted({".".join(map(str, issue["loc"])) for issue in error.errors()}))
        raise BadNodeSettings(f"not a valid setting: {fields}") from error
    save_settings(directory, changed)
    return load_settings(directory)
