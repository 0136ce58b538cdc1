"""The chain of each model as this node follows it: what is taken as the newest version, and what is kept out and why.

The league signs the newest record, which names the one before by its hash, and so on to the beginning: that signature
covers them all, also those under a key that the league no longer has. The node goes on from the version that it holds.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from chassis.files.replace_file import replace_durably
from client.adoption import Adoptions
from client.errors import KeptOut, NotApproved
from client.league_models.parcel import Parcel, files_of
from models.chain import Version, check_successor, check_weights
from models.errors import BadChain, ModelError, NotAtHand
from models.registry import MANIFEST, RECORD, WEIGHTS, ModelRecord, OpenedModel, open_sealed_by_any, parse_signed
from policies.campaign import CampaignManifest, HexHash
from policies.errors import PolicyError
from policies.signing import VerifyKey

logger = logging.getLogger(__name__)


class KeptOutModel(BaseModel):
    """The newest version that was kept out, in the node's own words; gone once a version is taken."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str
    model_id: HexHash
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class ModelChain:
    """The node's folder of published models: one folder per version, `<model>.latest` names the newest.

    adopted: the folder of verdicts, where a version that was adopted by hand before there were chains is held.
    """

    directory: Path
    league_keys: Sequence[VerifyKey]
    adopted: Path | None = None

    def take(self, parcel: Parcel, *, now: datetime) -> OpenedModel:
        """Take the parcel's version as the newest, if it follows; raises as `examine` does."""
        opened, new = self.examine(parcel, now=now)
        self.keep(parcel, new)
        return opened

    def examine(self, parcel: Parcel, *, now: datetime) -> tuple[OpenedModel, tuple[Version, ...]]:
        """Return the parcel's version, and what there is to keep, if it follows the one held or is that one.

        Raises NotApproved if the league did not sign it, KeptOut if it is older, leaves a gap, or if its weights do
        not follow from its sums; that is noted for people to read, and what the node holds and uses stays.
        """
        try:
            opened = open_sealed_by_any(parcel.sealed, self.league_keys)
        except (ModelError, PolicyError) as error:
            raise NotApproved("the league did not sign this model, or it does not fit this node") from error
        try:
            return opened, self._following(parcel)
        except ModelError as error:
            raise self._kept_out(opened.record, str(error), now) from error

    def keep(self, parcel: Parcel, new: Sequence[Version]) -> None:
        """Keep what was examined; the newest version is named last."""
        if not new:
            return
        newest = parcel.newest.record
        for version in new:
            folder = self.directory / version.record.sha256
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for part, content in files_of(version, parcel.card if version is parcel.newest else None).items():
                replace_durably(folder / part, content)
        replace_durably(self.directory / f"{newest.model}.latest", newest.sha256.encode())
        (self.directory / f"{newest.model}.kept-out.json").unlink(missing_ok=True)

    def held(self, model: str) -> ModelRecord | None:
        """Return the record of the newest version that this node holds; None if it has none that is sound."""
        names = [(self.directory, self._latest(model)), (self.adopted, self._adopted(model))]
        found = [_record(folder, name) for folder, name in names if folder is not None and name]
        records = [one for one in found if one is not None and one.model == model]
        return max(records, key=lambda one: one.registered, default=None)

    def kept_out(self, model: str) -> KeptOutModel | None:
        """Return what was kept out since the newest version was taken, if anything was."""
        try:
            return KeptOutModel.model_validate_json((self.directory / f"{model}.kept-out.json").read_bytes())
        except (OSError, ValidationError):
            return None

    def of_exchange(self, campaign: str, number: int) -> Version | None:
        """Return what exchange `number` of a season published, the first registered of several; None if it is not here.

        campaign: hash of the season's manifest. Every folder holds a version that this node took; see `check`.
        """
        found = [one for one in self._records() if one.is_of_exchange(number, campaign)]
        return self._kept(min(found, key=lambda one: one.registered).sha256) if found else None

    def rounds_published(self, manifest: CampaignManifest) -> frozenset[int]:
        """Return the rounds of a campaign whose model is here: the last one, or in a season each exchange."""
        own = [one for one in self._records() if one.campaign == manifest.sha256 and one.goes_back_to is None]
        return frozenset(one.of_season or manifest.rounds for one in own)

    def _records(self) -> list[ModelRecord]:
        names = sorted(path.parent.name for path in self.directory.glob(f"*/{RECORD}"))
        return [record for name in names if (record := _record(self.directory, name)) is not None]

    def check(self, version: Version) -> None:
        """Return if the version's weights follow from what this node holds; raises ModelError as `check_weights`."""
        check_weights(version, self._kept)

    def _following(self, parcel: Parcel) -> tuple[Version, ...]:
        """Return the versions to keep, once all that this node has not got yet are checked; raises ModelError."""
        newest = parcel.newest.record
        held = self.held(newest.model)
        if held is not None and held.sha256 == newest.sha256:
            return ()
        new, older = self._beyond(parcel, held), held
        for version in new:
            check_successor(version.record, older)
            older = version.record
        at_hand = {version.record.sha256: version for version in parcel.before}
        return tuple(one for one in new if self._is_proven(one, at_hand, is_newest=one is parcel.newest))

    def _beyond(self, parcel: Parcel, held: ModelRecord | None) -> list[Version]:
        """Return the versions after the one held, oldest first; raises BadChain where they do not lead there."""
        versions = [*parcel.before, parcel.newest]
        if held is None:
            return versions
        if parcel.newest.record.registered <= held.registered:
            raise BadChain("it is older than the model that this node holds")
        names = [version.record.sha256 for version in versions]
        return versions[names.index(held.sha256) + 1 :] if held.sha256 in names else versions

    def _is_proven(self, version: Version, at_hand: dict[str, Version], *, is_newest: bool) -> bool:
        """Whether the weights follow from the sums; raises for the newest, and for any whose weights do not.

        A version between, of which nothing can be found out here, does no harm: nobody uses it. To go back to one is
        let in only where this node held it.
        """
        try:
            check_weights(version, lambda name: at_hand.get(name) or self._kept(name))
        except NotAtHand:
            if is_newest and self._kept(version.record.goes_back_to or "") is None:
                raise
            return is_newest
        return True

    def _kept(self, name: str) -> Version | None:
        folder = self.directory / name
        if not name or _record(self.directory, name) is None:
            return None
        try:
            manifest = (folder / MANIFEST).read_bytes() if (folder / MANIFEST).exists() else b""
            return Version(parse_signed((folder / RECORD).read_bytes()), (folder / WEIGHTS).read_bytes(), manifest)
        except (OSError, ModelError):
            return None

    def _kept_out(self, record: ModelRecord, reason: str, now: datetime) -> KeptOut:
        error = KeptOut(f"{record.model}: a model was kept out, and the one in use stays: {reason}")
        noted = KeptOutModel(model=record.model, model_id=record.sha256, at=now, reason=reason)
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_durably(self.directory / f"{record.model}.kept-out.json", noted.model_dump_json().encode())
        logger.warning("a model was kept out", extra={"detail": error})
        return error

    def _adopted(self, model: str) -> str:
        """The version that the newest verdict adopted, "" where there is none."""
        verdict = None if self.adopted is None else Adoptions(self.adopted).newest(model)
        return verdict.model_id if verdict is not None and verdict.adopted else ""

    def _latest(self, model: str) -> str:
        try:
            return (self.directory / f"{model}.latest").read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return ""


def _record(directory: Path, name: str) -> ModelRecord | None:
    """The record in a version's folder, if it is the one that the folder is named for."""
    try:
        record = parse_signed((directory / name / RECORD).read_bytes()).record
    except (OSError, ModelError):
        return None
    return record if record.sha256 == name else None
