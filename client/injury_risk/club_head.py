"""What the node keeps of the club's own shift of the risk model: sealed under a key of its own.

It mixes the days of several athletes. So the erasure of any athlete destroys it, and it is used only while everybody
whose days are in it still lets the league learn. The size says how many athletes the vault has rows of, no more.
"""

import secrets
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from client.errors import SealBroken
from client.vault.seal import ROW_KEY_BYTES, Seal
from client.vault.store import Vault
from models.arrays import Floats
from models.features import RISK_SCHEMA
from policies.vocabulary import AthleteId

_KEY_PLACE: Final = b"club head key"
_PLACE: Final = b"club head"
_LAYOUT: Final = struct.Struct(f">I32s{RISK_SCHEMA.dimension + 1}d")
_NOBODY: Final = bytes(ROW_KEY_BYTES)


@dataclass(frozen=True, slots=True)
class KeptClubHead:
    """The risk model as it is used here, fitted on `day`.

    weights: of the risk model, head and calibration included, (dimension,). model: hash of what it was fitted to.
    usual_rate: share of events on the club's days to learn from. members: whose days are in it, by keyed digests.
    """

    day: date
    model: str
    weights: Floats
    usual_rate: float
    members: frozenset[bytes]

    def to_bytes(self, places: int) -> bytes:
        """Return it with room for so many members, so that the size says nothing of how many there are."""
        fixed = _LAYOUT.pack(self.day.toordinal(), bytes.fromhex(self.model), *self.weights.tolist(), self.usual_rate)
        return fixed + b"".join(sorted(self.members)) + _NOBODY * (places - len(self.members))

    @classmethod
    def of_bytes(cls, data: bytes) -> "KeptClubHead | None":
        """Read it; None for what another version wrote, which is fitted anew."""
        fixed, rest = data[: _LAYOUT.size], data[_LAYOUT.size :]
        if len(fixed) != _LAYOUT.size or len(rest) % ROW_KEY_BYTES:
            return None
        day, model, *numbers = _LAYOUT.unpack(fixed)
        named = {rest[at : at + ROW_KEY_BYTES] for at in range(0, len(rest), ROW_KEY_BYTES)}
        try:
            on = date.fromordinal(day)
        except ValueError as error:
            raise SealBroken("a kept club head is not what this node writes") from error
        return cls(on, model.hex(), np.array(numbers[:-1]), numbers[-1], frozenset(named - {_NOBODY}))


def members_of(vault: Vault, athletes: Iterable[AthleteId]) -> frozenset[bytes]:
    """Return how a kept head names these athletes."""
    _, node = vault.seal_of_node()
    return frozenset(node.row_key(f"club head\x1f{athlete}".encode()) for athlete in athletes)


def kept_club_head(vault: Vault) -> KeptClubHead | None:
    """Return what is kept, None where nothing is; raises SealBroken for changed bytes."""
    database, node = vault.seal_of_node()
    with database.reading() as connection:
        row = connection.execute("SELECT wrapped_key, sealed FROM club_head").fetchone()
    return None if row is None else KeptClubHead.of_bytes(Seal(node.open(row[0], _KEY_PLACE)).open(row[1], _PLACE))


def usable_club_head(vault: Vault, *, model: str, learners: Iterable[AthleteId]) -> KeptClubHead | None:
    """Return what is kept of this model; None from the moment on that anybody in it does not let the league learn.

    model: hash of the model in use. learners: who lets its league learn now.
    """
    held = kept_club_head(vault)
    if held is None or held.model != model:
        return None
    return held if held.members <= members_of(vault, learners) else None


def keep_club_head(vault: Vault, head: KeptClubHead) -> bool:
    """Replace what is kept, under a fresh key: bytes of before open with nothing that is left.

    Returns False, and keeps nothing of it, where anybody in it was erased since it was fitted: asked in the same
    transaction, for an erasure that came first has deleted what was kept and would not come again.
    """
    database, node = vault.seal_of_node()
    key = secrets.token_bytes(32)
    with database.transaction() as connection:
        if not head.members <= members_of(vault, (one.athlete for one in vault.athletes())):
            return False
        (places,) = connection.execute("SELECT count(*) FROM athlete").fetchone()
        sealed = Seal(key).wrap(head.to_bytes(places), _PLACE)
        row = (node.wrap(key, _KEY_PLACE), sealed)
        connection.execute("INSERT OR REPLACE INTO club_head (one, wrapped_key, sealed) VALUES (1, ?, ?)", row)
    return True


def forget_club_head(vault: Vault) -> bool:
    """Delete what is kept; returns whether there was anything."""
    if kept_club_head(vault) is None:
        return False
    database, _ = vault.seal_of_node()
    with database.transaction() as connection:
        connection.execute("DELETE FROM club_head")
    return True
