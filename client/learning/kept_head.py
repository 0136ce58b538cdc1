"""What the node keeps of one athlete's own model: sealed under their key, one row of one size, erased with them.

The size says nothing of how much is known, nor of whether a league's model is used here.
"""

import struct
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Final

import numpy as np

from client.errors import SealBroken
from client.vault.store import Vault
from models.arrays import Floats
from models.features import RECOVERY_SCHEMA
from policies.vocabulary import AthleteId

_PLACE: Final = b"private head"
_LAYOUT: Final = struct.Struct(f">BI32s{RECOVERY_SCHEMA.dimension + 2}d")


class ModelSource(IntEnum):
    """Where what is said of tomorrow comes from; both models are used with the athlete's own head."""

    OWN_MEAN = 0
    PUBLIC = 1
    LEAGUE = 2


@dataclass(frozen=True, slots=True)
class KeptHead:
    """One athlete's own model of tomorrow's readiness, as it was fitted on `day`.

    weights: of the recovery model, the head included, (dimension,); zeros say the own mean. model: hash of what the
    head was fitted to; 64 zeros for the own mean. within_80, within_third: the miss in points that 80 and that 33 of
    100 of the days to learn from stayed within.
    """

    source: ModelSource
    day: date
    model: str
    weights: Floats
    within_80: float
    within_third: float

    def to_bytes(self) -> bytes:
        """The same number of bytes, whatever it holds."""
        numbers = (*self.weights.tolist(), self.within_80, self.within_third)
        return _LAYOUT.pack(self.source, self.day.toordinal(), bytes.fromhex(self.model), *numbers)

    @classmethod
    def of_bytes(cls, data: bytes) -> "KeptHead | None":
        """Read it; None for what another version wrote, which is fitted anew."""
        if len(data) != _LAYOUT.size:
            return None
        source, day, model, *numbers = _LAYOUT.unpack(data)
        try:
            return cls(
                ModelSource(source),
                date.fromordinal(day),
                model.hex(),
                np.array(numbers[:-2]),
                numbers[-2],
                numbers[-1],
            )
        except ValueError as error:
            raise SealBroken("a kept head is not what this node writes") from error


def kept_head(vault: Vault, athlete: AthleteId) -> KeptHead | None:
    """Return what is kept of an athlete, None before the first fit; raises UnknownAthlete or AthleteErased."""
    database, number, seal = vault.seal_of(athlete)
    with database.reading() as connection:
        row = connection.execute("SELECT sealed FROM private_head WHERE athlete = ?", (number,)).fetchone()
    return None if row is None else KeptHead.of_bytes(seal.open(row[0], _PLACE))


def keep_head(vault: Vault, athlete: AthleteId, head: KeptHead) -> bool:
    """Replace what is kept; returns whether anything changed. Raises UnknownAthlete or AthleteErased."""
    held = kept_head(vault, athlete)
    if held is not None and held.to_bytes() == head.to_bytes():
        return False
    database, number, seal = vault.seal_of(athlete)
    with database.transaction() as connection:
        row = (number, seal.wrap(head.to_bytes(), _PLACE))
        connection.execute("INSERT OR REPLACE INTO private_head (athlete, sealed) VALUES (?, ?)", row)
    return True
