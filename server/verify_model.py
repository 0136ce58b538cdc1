"""Checks of one published version, from its files alone: each is proven, failed, or not checked for want of something.

Anybody can run them: neither the league's folder nor its key is needed for the weights.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import ValidationError

from models.card import ModelCard
from models.chain import Version, check_successor, check_weights
from models.errors import BadWeights, ModelError, NotAtHand
from models.registry import CARD, CARD_TEXT, MANIFEST, RECORD, WEIGHTS, parse_signed
from policies.campaign import CampaignManifest
from policies.campaigns.card_text import is_text_of
from policies.canonical import sha256_hex
from policies.errors import PolicyError
from policies.signing import VerifyKey, verified_by_any

LARGEST_FILE = 4 * 1024 * 1024


class CheckResult(StrEnum):
    """How one check ended."""

    PROVEN = "proven"
    FAILED = "failed"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class VersionCheck:
    """One check. detail: why it failed or was not made, or "" where it is proven."""

    name: str
    result: CheckResult
    detail: str = ""


@dataclass(frozen=True, slots=True)
class VersionFiles:
    """A version's folder. Versions before it are looked for beside it, by their hashes."""

    folder: Path
    manifest: Path | None = None
    previous: Path | None = None

    @classmethod
    def of(cls, record: Path, *, manifest: Path | None, previous: Path | None) -> "VersionFiles":
        """Return the files that belong to a record; `record`, `previous`: the folder, or record.json in it."""
        return cls(_folder_of(record), manifest, None if previous is None else _folder_of(previous))

    def version(self) -> Version:
        """Read the version; raises BadWeights for files that are no version, or cannot be read."""
        manifest = self.manifest or self.folder / MANIFEST
        text = b"" if self.manifest is None and not manifest.exists() else _manifest_bytes(_read(manifest))
        return Version(parse_signed(_read(self.folder / RECORD)), _read(self.folder / WEIGHTS), text)

    def card(self) -> bytes:
        """Read the card."""
        return _read(self.folder / CARD)

    def card_text(self) -> bytes:
        """Read the card for people; raises NotAtHand where it is not beside the record."""
        path = self.folder / CARD_TEXT
        if not path.exists():
            raise NotAtHand(f"{CARD_TEXT} is not at hand")
        return _read(path)

    def find(self, sha256: str) -> Version | None:
        """Return the version with this hash: `previous`, or the one in the folder of that name beside this one."""
        for folder in filter(None, (self.previous, self.folder.parent / sha256)):
            if (folder / RECORD).exists():
                found = VersionFiles(folder).version()
                if found.record.sha256 == sha256:
                    return found
        return None

    def predecessor(self) -> Version | None:
        """Return what was given as the version before, whatever it is, or the one beside this one that it names."""
        if self.previous is not None:
            return VersionFiles(self.previous).version()
        wanted = self.version().record.previous
        return None if wanted is None else self.find(wanted)


def check_version(files: VersionFiles, keys: Sequence[VerifyKey] = ()) -> tuple[VersionCheck, ...]:
    """Check a version; raises BadWeights where there is no version to check. keys: those that may have signed it."""
    version = files.version()
    return (
        _made("signature", lambda: _check_signature(version, keys)),
        _made("card", lambda: _check_card(version, files.card())),
        _made(CARD_TEXT, lambda: _check_card_text(files)),
        _made("manifest", version.campaign),
        _made("weights", lambda: check_weights(version, files.find)),
        _made("previous", lambda: _check_previous(version, files)),
    )


def is_proven(checks: Sequence[VersionCheck]) -> bool:
    """Whether the weights follow from the sums, and nothing that was checked failed."""
    found = {check.name: check.result for check in checks}
    return found["weights"] is CheckResult.PROVEN and CheckResult.FAILED not in found.values()


def _made(name: str, check: Callable[[], object]) -> VersionCheck:
    try:
        check()
    except NotAtHand as error:
        return VersionCheck(name, CheckResult.NOT_CHECKED, str(error))
    except (ModelError, PolicyError) as error:
        return VersionCheck(name, CheckResult.FAILED, str(error))
    return VersionCheck(name, CheckResult.PROVEN)


def _check_signature(version: Version, keys: Sequence[VerifyKey]) -> None:
    if not keys:
        raise NotAtHand("the league's key was not given")
    message, signature = version.record.canonical(), bytes.fromhex(version.signed.signature)
    verified_by_any(keys, lambda key: key.verify(message, signature))


def _check_card(version: Version, card: bytes) -> None:
    if sha256_hex(card) != version.record.card:
        raise BadWeights("expected the card that the league signed")


def _check_card_text(files: VersionFiles) -> None:
    try:
        card = ModelCard.model_validate_json(files.card())
    except ValidationError as error:
        raise BadWeights(f"expected a model card in {CARD}, got another shape") from error
    if not is_text_of(files.card_text(), card.model_dump(mode="json")):
        raise BadWeights(f"{CARD_TEXT} does not say what {CARD} says: read {CARD}, which the league signed")


def _check_previous(version: Version, files: VersionFiles) -> None:
    older = files.predecessor()
    if older is None and version.record.previous is not None:
        raise NotAtHand(f"the record before, {version.record.previous[:12]}, is not at hand")
    check_successor(version.record, None if older is None else older.record)


def _folder_of(path: Path) -> Path:
    return path.parent if path.name == RECORD else path


def _manifest_bytes(data: bytes) -> bytes:
    """Return a manifest's canonical bytes, of a file that holds it with or without its signatures."""
    try:
        body = json.loads(data)
        return CampaignManifest.model_validate(body.get("manifest", body)).canonical()
    except (ValueError, AttributeError) as error:  # no JSON, no object, or another shape
        raise BadWeights("expected a campaign manifest") from error


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BadWeights(f"{path} is too large to be a part of a model")
        return path.read_bytes()
    except OSError as error:
        raise BadWeights(f"expected record, weights, card and manifest of a model; cannot read {path}") from error
