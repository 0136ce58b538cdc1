"""Measures what masks cost: one masked round of clubs that all stand in one process, every message written and read.

Run it with `make bench`. It prints tab-separated lines of processor seconds of all clubs and the coordinator together:
the median of the repeats, the slowest and the fastest. "whole round" is one in which the manifest names a key for masks
of every node: it is the first of the campaign, so it pays for the secret of each two of them. "where clubs check
signatures" is the same where it names none, as in manifests of before there were such keys: EC P-384, of which every
club checks every other's. "without checking" is the same where nobody checks anything, so that the costs can be told
apart.
"""

import argparse
import os
import secrets
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from unittest import mock

from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, EllipticCurvePrivateKey, generate_private_key

from models.masks import masked_round
from models.masks.enrolled_keys import EnrolledKeys, FleetKeys, FleetSigner
from models.masks.node_line import fleet_part, node_line
from models.masks.rehearsal import MaskedRehearsal
from models.privacy.discrete_gaussian import add_in_ring
from models.training.initial_weights import initial_weights
from models.training.recipes import exchange_recipe
from models.training.simulation import simulated_manifest
from models.wire import TrainRequest
from policies.campaign import CampaignManifest

CLUBS, LENGTH, REPEATS = (10, 100), 500, 5
MOST_CPU_S = {100: 2.0}
HEADER = ("clubs", "numbers", "what", "median", "slowest", "fastest", "aim", "is met")
MODEL = "recovery-linear-1"


class Unchecked:
    """Believes every signature: what a round costs beside checking them."""

    for_masks = None

    def verify(self, club: str, message: bytes, signature: bytes) -> None:
        """Return."""


@dataclass(frozen=True, slots=True)
class MaskTimes:
    """Processor seconds of one round of so many clubs, repeat by repeat."""

    clubs: int
    length: int
    whole: tuple[float, ...]
    signed: tuple[float, ...]
    unchecked: tuple[float, ...]

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """Cells of every line of the table, without its header."""
        return [
            self._row("whole round", self.whole, MOST_CPU_S.get(self.clubs)),
            self._row("where clubs check signatures", self.signed, None),
            self._row("without checking", self.unchecked, None),
        ]

    def _row(self, what: str, seconds: Sequence[float], aim: float | None) -> tuple[str, ...]:
        median = statistics.median(seconds)
        said = ("", "") if aim is None else (f"< {aim:g}", "met" if median < aim else "MISSED")
        shown = (f"{one:.2f}" for one in (median, max(seconds), min(seconds)))
        return str(self.clubs), str(self.length), what, *shown, *said


def measure(clubs: int, *, length: int = LENGTH, repeats: int = REPEATS) -> MaskTimes:
    """Mask a round so often, in each of the three ways; raises ValueError where a sum differs."""
    keys = {f"club-{number}": generate_private_key(SECP384R1()) for number in range(clubs)}
    lines = {club: node_line(key) for club, key in keys.items()}
    old = {club: fleet_part(line) for club, line in lines.items()}
    ways: tuple[tuple[dict[str, str], EnrolledKeys], ...] = (
        (lines, FleetKeys(lines)),
        (old, FleetKeys(old)),
        (old, Unchecked()),
    )
    found: list[list[float]] = [[] for _ in ways]
    with mock.patch.object(masked_round, "answer_length", return_value=length):
        for _ in range(repeats):
            for times, (named, enrolled) in zip(found, ways, strict=True):
                times.append(_round_s(_manifest(named), keys, enrolled, length))
    return MaskTimes(clubs, length, *map(tuple, found))


def _manifest(lines: dict[str, str]) -> CampaignManifest:
    clubs = len(lines)
    plain = simulated_manifest(exchange_recipe(MODEL, athletes=20 * clubs, clubs=clubs), clubs)
    return CampaignManifest.model_validate(plain.model_dump() | {"masking": masked_round.SECAGG, "clubs": lines})


def _round_s(
    manifest: CampaignManifest, keys: dict[str, EllipticCurvePrivateKey], enrolled: EnrolledKeys, length: int
) -> float:
    signers = {club: FleetSigner(key) for club, key in keys.items()}  # anew: no secret of an earlier round is kept
    modulus = 1 << manifest.modulus_bits
    vectors = {club: tuple(secrets.randbelow(modulus) for _ in range(length)) for club in signers}
    train = TrainRequest(manifest_sha256=manifest.sha256, round=1, weights=initial_weights(MODEL))
    began = time.process_time()
    total = MaskedRehearsal(manifest, 1, signers, enrolled, {}).total(vectors, train)
    spent = time.process_time() - began
    if total != add_in_ring(vectors.values(), manifest.modulus_bits):
        raise ValueError("the masked sum is not the plain one: nothing is measured")
    return spent


def lines(found: Sequence[MaskTimes], load: Sequence[float]) -> list[str]:
    """The table, tab-separated, and what it was measured on."""
    said = f"# one masked round, all clubs and the coordinator in one process, {len(found[0].whole)} repeats; "
    busy = f"processor seconds, load {load[0]:.1f} on {os.cpu_count()} cores"
    return [said + busy, "\t".join(HEADER), *("\t".join(row) for one in found for row in one.rows)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--clubs", type=int, nargs="+", default=list(CLUBS))
    asked = parser.parse_args()
    load = os.getloadavg()
    for text in lines([measure(clubs, repeats=asked.repeats) for clubs in asked.clubs], load):
        print(text)
