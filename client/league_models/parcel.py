"""What the league sends of a model: its newest version, and the chain of records before it since the beginning.

A node that was away finds in it whatever it missed; nothing is asked of the league.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from client.errors import RoundRefused
from models.chain import Version
from models.errors import ModelError
from models.registry import CARD, MANIFEST, RECORD, WEIGHTS, SealedModel, parse_signed

HEAD, LINK, CHAIN = ("record", "weights", "card"), ("record", "weights", "manifest"), "chain"
LARGEST_PARCEL = 64 * 1024 * 1024
MOST_LINKS = 1_000


@dataclass(frozen=True, slots=True)
class Parcel:
    """The newest version with its card, and versions before it, oldest first; nothing is verified yet."""

    newest: Version
    card: bytes
    before: tuple[Version, ...] = ()

    @property
    def sealed(self) -> SealedModel:
        """The newest version as it is opened."""
        return SealedModel(self.newest.signed, self.newest.weights, self.card)


def read_parcel(data: bytes) -> Parcel:
    """Parse a parcel; raises RoundRefused for anything else. One of a coordinator of before holds no chain."""
    try:
        if len(data) > LARGEST_PARCEL:
            raise RoundRefused("expected a published model of at most 64 MiB")
        body = json.loads(data)
        chain = body.pop(CHAIN, [])
        if not set(HEAD) <= set(body) <= {*HEAD, *LINK} or len(chain) > MOST_LINKS:
            raise RoundRefused("expected a published model and nothing else")
        return Parcel(_version(body), _bytes(body, "card"), tuple(_link(link) for link in chain))
    except (ValueError, TypeError, AttributeError, KeyError, ModelError) as error:
        raise RoundRefused("expected a published model and nothing else") from error


def read_published(folder: Path, card: bytes, *, at_most: int) -> Parcel:
    """Return the version in a folder with those before it that lie beside it, as registry and node keep them.

    Raises OSError for files that cannot be read, BadWeights for a record that is none.
    """
    newest, before = _in_folder(folder, at_most), list[Version]()
    name = newest.record.previous
    while name is not None and (folder.parent / name / RECORD).exists() and len(before) < MOST_LINKS:
        before.append(_in_folder(folder.parent / name, at_most))
        name = before[-1].record.previous
    return Parcel(newest, card, tuple(reversed(before)))


def files_of(version: Version, card: bytes | None) -> dict[str, bytes]:
    """The version as files of its folder, in the order in which they are written: the record comes last."""
    beside = {CARD: card} if card is not None else {}
    manifest = {MANIFEST: version.manifest} if version.manifest else {}
    return beside | manifest | {WEIGHTS: version.weights, RECORD: version.signed.model_dump_json(indent=1).encode()}


def _in_folder(folder: Path, at_most: int) -> Version:
    manifest = folder / MANIFEST
    parts = [folder / RECORD, folder / WEIGHTS, *([manifest] if manifest.exists() else [])]
    if any(part.stat().st_size > at_most for part in parts):
        raise OSError(f"{folder} is too large to be a league model")
    record, weights, *found = (part.read_bytes() for part in parts)
    return Version(parse_signed(record), weights, found[0] if found else b"")


def _link(body: Mapping[str, Any]) -> Version:
    if set(body) != set(LINK):
        raise RoundRefused("expected record, weights and manifest of each version before")
    return _version(body)


def _version(body: Mapping[str, Any]) -> Version:
    manifest = _bytes(body, "manifest") if "manifest" in body else b""
    return Version(parse_signed(_bytes(body, "record")), _bytes(body, "weights"), manifest)


def _bytes(body: Mapping[str, Any], part: str) -> bytes:
    return base64.b64decode(body[part], validate=True)
