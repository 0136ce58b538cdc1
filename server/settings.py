"""Settings of one coordinator folder: read once into a frozen value; paths are derived, never configured.

Environment: HOMEFIELD_SERVER_DATABASE overrides the database URL, so that a password never has to stand in the file.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chassis.files.create_file import create_durably
from chassis.files.program_folder import taken_for_another
from chassis.files.replace_file import replace_durably
from chassis.files.rotating_key import RotatingKey
from policies.campaigns.signatures import USUAL_SECOND_SIGNER, CampaignSigners
from policies.signing import SigningKey, VerifyKey
from policies.vocabulary import OrgId
from server.errors import BadCoordinatorSettings

FILE_NAME = "settings.json"
DATABASE_VARIABLE = "HOMEFIELD_SERVER_DATABASE"


class CoordinatorSettingsFile(BaseModel):
    """`settings.json` of a coordinator, as it is on disk."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    league: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,63}$")]
    name: Annotated[str, Field(min_length=1, max_length=80)]
    consent_url: Annotated[str, Field(pattern=r"^https?://", max_length=300)]
    consent_service_key: Annotated[str, Field(max_length=64)] = ""
    second_signer: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,63}$")] = USUAL_SECOND_SIGNER
    second_signer_key: Annotated[str, Field(max_length=64)] = ""
    database: Annotated[str, Field(max_length=400, repr=False)] = ""


@dataclass(frozen=True, slots=True)
class CoordinatorSettings:
    """One coordinator: its league, the consent service it asks, and where its files are.

    database: SQLAlchemy URL; empty means SQLite inside the directory. service_key: the consent service's public key,
    for which requests are signed; empty in a folder of before requests named their audience, until `link` is run.
    second_signer: who signs campaigns beside the league; second_signer_key: its key, the consent service's if empty.
    """

    directory: Path
    league: OrgId
    name: str
    consent_url: str
    database: str = field(default="", repr=False)
    service_key: str = ""
    second_signer: str = USUAL_SECOND_SIGNER
    second_signer_key: str = ""

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL: SQLite inside the directory unless another was given."""
        return self.database or f"sqlite:///{self.database_path}"

    @property
    def database_path(self) -> Path | None:
        """The SQLite file with nodes, campaigns and sign-in codes; None where another database was given."""
        return None if self.database else self.directory / "server.sqlite3"

    @property
    def tls(self) -> Path:
        """Folder of ca.crt (given to clubs), its secret ca.key, server.pem and server.key."""
        return self.directory / "tls"

    @property
    def ca_file(self) -> Path:
        """The CA certificate that clubs get."""
        return self.tls / "ca.crt"

    @property
    def ca_key_file(self) -> Path:
        """The secret key of that CA; folders of before it was kept have none."""
        return self.tls / "ca.key"

    @property
    def fleet_certificate(self) -> Path:
        """The certificate of the Fleet API."""
        return self.tls / "server.pem"

    @property
    def models(self) -> Path:
        """Folder of the model registry."""
        return self.directory / "models"

    @property
    def checkpoints(self) -> Path:
        """Folder with weights and momentum after each round."""
        return self.directory / "checkpoints"

    def league_key(self) -> SigningKey:
        """Return the Ed25519 key that signs manifests, models and requests; raises BadSecretFile."""
        return self.rotating_key.present

    @property
    def rotating_key(self) -> RotatingKey:
        """The same key with what waits to replace it, and the one before."""
        return RotatingKey(self.directory / "keys" / "league.key")

    def campaign_signers(self) -> CampaignSigners:
        """Return whose signatures a campaign needs: the league's, its former key's too, and the second signer's."""
        rotating = self.rotating_key
        own = [rotating.present.verify_key, *([rotating.former] if rotating.former else [])]
        second = self.second_signer_key or self.service_key
        return CampaignSigners(own, {self.second_signer: [VerifyKey.from_text(second)] if second else []})


def load_settings(directory: Path, *, environment: Mapping[str, str] = os.environ) -> CoordinatorSettings:
    """Read a coordinator folder; raises BadCoordinatorSettings in one sentence otherwise."""
    stored = _read(directory)
    database = environment.get(DATABASE_VARIABLE) or stored.database
    return CoordinatorSettings(
        directory,
        OrgId(stored.league),
        stored.name,
        stored.consent_url,
        database,
        stored.consent_service_key,
        stored.second_signer,
        stored.second_signer_key,
    )


def _read(directory: Path) -> CoordinatorSettingsFile:
    try:
        return CoordinatorSettingsFile.model_validate_json((directory / FILE_NAME).read_bytes())
    except OSError as error:
        raise BadCoordinatorSettings(
            f"{directory} is not a coordinator folder; create one with `homefield-server init`"
        ) from error
    except ValidationError as error:
        fields = ", ".join(sorted({".".join(map(str, issue["loc"])) or "content" for issue in error.errors()}))
        other = taken_for_another(directory / FILE_NAME, expected="league")
        raise BadCoordinatorSettings(other or f"{directory / FILE_NAME} is not valid (see: {fields})") from error


def write_settings(directory: Path, stored: CoordinatorSettingsFile) -> CoordinatorSettings:
    """Create the folder's settings; raises AlreadyWritten if there are some."""
    create_durably(directory / FILE_NAME, stored.model_dump_json(indent=2).encode() + b"\n")
    return load_settings(directory)


def change_consent_service(
    directory: Path, *, url: str, service_key: str, second: tuple[str, str] | None = None
) -> CoordinatorSettings:
    """Replace the consent service of a folder. second: who signs campaigns beside the league, with the key; as it was
    if None.

    Raises BadCoordinatorSettings for an address that is none.
    """
    stored = _read(directory)
    changes = {"consent_url": url, "consent_service_key": service_key}
    if second is not None:
        changes |= {"second_signer": second[0], "second_signer_key": second[1]}
    try:
        changed = CoordinatorSettingsFile.model_validate({**stored.model_dump(), **changes})
    except ValidationError as error:
        raise BadCoordinatorSettings(
            "expected an http or https address of the consent service, and the id of an organisation"
        ) from error
    replace_durably(directory / FILE_NAME, changed.model_dump_json(indent=2).encode() + b"\n")
    return load_settings(directory)
