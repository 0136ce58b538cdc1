"""A league's accesses with the eight fields of every entry opened, as under a mandate, in three worlds.

Real grants, real decisions, the real journal and log. What only the service knows stands beside what is opened.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from itertools import product

import numpy as np
import numpy.typing as npt
from sqlmodel import col, select

from audit.entries.disclosure import ORG_FIELDS, Opening, open_fields, verify_opening
from consent.decisions.values import Actor, DecisionItem
from consent.grants.values import ConsentMethod
from consent.storage.rows import LogDetailRow
from consent.storage.sealed_parts import split_digests
from policies.grant import Cell
from policies.vocabulary import Action, AthleteId, Category, Granularity, OrgId, Purpose, Role
from tests.consent.club_calls import decided
from tests.consent.portal_choices import portal
from tests.privacy.distinguisher import Features, Labels, Numbers, auc, guesses
from tests.privacy.traffic import League

COACH = Actor("coach.1", Role.COACH)


class SharingWorld(StrEnum):
    """What one athlete of each club does while all others share."""

    ALL_SHARE = "all share"
    ONE_REFUSES = "one refuses"
    ONE_WITHDRAWS = "one withdraws"


@dataclass(frozen=True)
class OpenedEntry:
    """One opened entry, and what nobody but the service knows of it: whose it is."""

    index: int
    publication: int
    values: tuple[str | None, ...]
    opening: Opening
    owner: str


@dataclass
class OpenedLog:
    """Every entry about an athlete in its place in the log, opened and verified."""

    entries: list[OpenedEntry] = field(default_factory=list)

    @property
    def salts(self) -> npt.NDArray[np.uint8]:
        """Per entry the eight salts, 128 bytes."""
        return _rows([b"".join(one.salt for one in entry.opening.shown) for entry in self.entries])

    @property
    def sealed_digests(self) -> npt.NDArray[np.uint8]:
        """Per entry the digests of the two fields that stay closed, 64 bytes."""
        return _rows([b"".join(entry.opening.digests[len(ORG_FIELDS) :]) for entry in self.entries])


def _rows(values: Sequence[bytes]) -> npt.NDArray[np.uint8]:
    return np.frombuffer(b"".join(values), dtype=np.uint8).reshape(len(values), -1)


def play(league: League, world: SharingWorld, *, publications: int, asks: int) -> None:
    """Let a coach of each club ask about the whole squad `asks` times before each publication."""
    for squad in league.clubs.values():
        for athlete in squad[world is SharingWorld.ONE_REFUSES :]:
            _give(league, athlete)
    for number in range(publications):
        if world is SharingWorld.ONE_WITHDRAWS and number == publications // 2:
            for squad in league.clubs.values():
                league.service.store.withdraw(squad[0], _cell(league, squad[0]), method=ConsentMethod.PORTAL)
        for (club, squad), _ in product(league.clubs.items(), range(asks)):
            ask(league, club, squad)
        league.clock.now += timedelta(hours=12)
        league.publish()


def ask(league: League, club: OrgId, squad: Sequence[AthleteId]) -> None:
    """One question of the coach about the whole squad."""
    items = [DecisionItem(athlete, Category.SLEEP, Granularity.DAILY) for athlete in squad]
    decided(league.service.store, club, COACH, action=Action.READ, purpose=Purpose.TRAINING, items=items)


def _cell(league: League, athlete: AthleteId) -> Cell:
    matrix = league.service.store.matrix(athlete)
    return next(c.cell for c in matrix if c.category is Category.SLEEP and c.recipient.role is Role.COACH)


def _give(league: League, athlete: AthleteId) -> None:
    ends = league.clock.now + timedelta(days=200)
    portal(league.service.store).give(
        athlete, _cell(league, athlete), granularity=Granularity.DAILY, ends=ends, method=ConsentMethod.PORTAL
    )


def opened(league: League) -> OpenedLog:
    """Open the eight fields of every published entry about an athlete, and verify each against its public leaf."""
    log = league.service.log
    starts = np.array([0, *league.sizes])
    found = OpenedLog()
    with league.service.store.transactions.read() as tx:
        query = select(LogDetailRow).where(col(LogDetailRow.digests).is_not(None)).order_by(col(LogDetailRow.log_index))
        for row in tx.session.exec(query).all():
            if row.log_index is None or not row.owner.startswith("ath-"):
                continue
            leaf, part = log.leaf(row.log_index), tx.context.journal.open_org_part(tx.session, row)
            opening = open_fields(ORG_FIELDS, [part], digests=split_digests(row.digests or b""), leaf=leaf)
            values = tuple(verify_opening(opening, leaf).values())
            publication = int(np.searchsorted(starts, row.log_index, side="right")) - 1
            found.entries.append(OpenedEntry(row.log_index, publication, values, opening, row.owner))
    return found


@dataclass(frozen=True)
class OpenedPairs:
    """Pairs of entries that agree in everything opened and in their publication: half of them of one athlete."""

    first: Numbers
    second: Numbers
    same: Labels

    @classmethod
    def of(cls, log: OpenedLog, generator: np.random.Generator, *, early: bool, most: int) -> "OpenedPairs":
        """At most so many pairs from the first half of the publications, or from the second."""
        cells: dict[object, list[int]] = {}
        middle = max(entry.publication for entry in log.entries) // 2
        for place, entry in enumerate(log.entries):
            if (entry.publication <= middle) == early:
                cells.setdefault((entry.publication, entry.values), []).append(place)
        same, other = [], []
        for inside in cells.values():
            for pair, is_same in _pairs(inside, log):
                (same if is_same else other).append(pair)
        half = min(most // 2, len(same), len(other))
        chosen = [[kind[at] for at in generator.choice(len(kind), half, replace=False)] for kind in (same, other)]
        pairs = np.array(chosen[0] + chosen[1], dtype=np.int64)
        return cls(pairs[:, 0], pairs[:, 1], np.arange(2 * half) < half)

    def __len__(self) -> int:
        return len(self.first)


def _pairs(inside: Sequence[int], log: OpenedLog) -> Iterator[tuple[tuple[int, int], bool]]:
    """Every pair of one cell; none where all entries are of one athlete, whom the opened values single out anyway."""
    if len({log.entries[place].owner for place in inside}) < 2:
        return
    for at, one in enumerate(inside):
        for other in inside[at + 1 :]:
            yield (one, other), log.entries[one].owner == log.entries[other].owner


def opening_features(log: OpenedLog, pairs: OpenedPairs) -> Features:
    """Everything in which two openings can be compared, but for their values, which are the same."""
    salts, digests = log.salts, log.sealed_digests
    places = np.array([entry.index for entry in log.entries])
    distance = np.abs(places[pairs.first] - places[pairs.second])
    apart = np.abs(salts[pairs.first].astype(np.int64) - salts[pairs.second].astype(np.int64))
    columns = [
        np.unpackbits(salts[pairs.first] ^ salts[pairs.second], axis=1),
        np.unpackbits(digests[pairs.first] ^ digests[pairs.second], axis=1),
        apart,
        np.stack([distance, np.log1p(distance), distance % 2, distance == 1, distance <= 8], axis=1),
    ]
    return np.hstack([np.asarray(column, dtype=np.float32) for column in columns])


def best_auc(log: OpenedLog, *, seed: int, most: int) -> tuple[float, int]:
    """Train on the first half of the publications, guess on the second; return the best AUC and the guesses made."""
    generator = np.random.default_rng(seed)
    train, test = (OpenedPairs.of(log, generator, early=early, most=most) for early in (True, False))
    scores = guesses(opening_features(log, train), train.same, opening_features(log, test))
    return max(auc(scored, test.same) for scored in scores.values()), len(test)
