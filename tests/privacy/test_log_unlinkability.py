"""Nobody can tell from the served log whether two entries are about the same athlete; with a flaw built in, one can."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest
from fastapi.testclient import TestClient

from audit.tlog import merkle
from consent.app import app_of
from tests.privacy.distinguisher import (
    Labels,
    Numbers,
    auc,
    entry_features,
    guesses,
    pair_features,
    public_features,
)
from tests.privacy.served_log import Seen, leaves, read
from tests.privacy.traffic import League, is_athlete
from tests.scale import sized

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("unlinkability")]

SEED = 20261123
PARTNERS = 6  # at most so many pairs of one athlete for each entry
DAYS = sized(3, in_drill=10)
GUESSES = sized(3_000, in_drill=20_000)  # the standard error of an AUC at chance is then 0.011, or 0.004
FEWER_GUESSES = sized(2_500, in_drill=10_000)  # where a flaw must be found, or a figure is only reported
MOST_AUC = sized(0.553, in_drill=0.52)  # five standard errors away
DUMMY_GUESSES = sized(3_000, in_drill=14_000)  # a third of them about dummies
MOST_AUC_OF_DUMMIES = sized(0.565, in_drill=0.53)
LEAST_AUC_WITH_A_FLAW = 0.6


@dataclass(frozen=True)
class Attack:
    """What the stranger sees, and beside it what only the test knows: owners, and the order of recording."""

    seen: Seen
    owners: Numbers
    """Per entry a number for its owner; -1 where it is about no athlete."""
    is_dummy: Labels
    recorded: Numbers
    """Per entry its place in the order in which the service recorded it."""


@dataclass(frozen=True)
class Pairs:
    """Pairs of entries, and which of them belong to one athlete."""

    first: Numbers
    second: Numbers
    same: Labels

    def of(self, publications: Numbers, *, early: bool) -> "Pairs":
        """Those whose entries both appeared in the first half of the time, or both in the second."""
        middle = int(publications.max()) // 2
        is_early = np.stack([publications[self.first] <= middle, publications[self.second] <= middle])
        kept = is_early.all(axis=0) if early else ~is_early.any(axis=0)
        return Pairs(self.first[kept], self.second[kept], self.same[kept])

    def some(self, most: int) -> "Pairs":
        """At most so many, half of them of one athlete, in random order."""
        generator = np.random.default_rng(SEED)
        half = min(most // 2, int(self.same.sum()), int((~self.same).sum()))
        chosen = [generator.choice(np.flatnonzero(kind), half, replace=False) for kind in (self.same, ~self.same)]
        mixed = generator.permutation(np.concatenate(chosen))
        return Pairs(self.first[mixed], self.second[mixed], self.same[mixed])


@pytest.fixture(scope="module")
def attack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attack]:
    """A league of six clubs, two publications a day, read over HTTP; ten days of it in the drill."""
    league = League.found(tmp_path_factory.mktemp("league") / "union", clubs=6, athletes=20, seed=SEED)
    league.play(days=DAYS, publications_a_day=2)
    entries = leaves(TestClient(app_of(league.service, clock=league.clock)))
    yield known(league, read(entries, [merkle.leaf_hash(leaf) for leaf in entries], league.sizes))
    league.service.close()


def known(league: League, seen: Seen) -> Attack:
    """Add the secrets to what was seen."""
    owner_of = league.owners()
    names = [owner_of.get(tag.tobytes(), "") for tag in seen.tags]
    numbers = {name: number for number, name in enumerate(sorted({n for n in names if n and is_athlete(n)}))}
    order = {leaf_hash: place for place, leaf_hash in enumerate(league.appended)}
    last = len(order)
    return Attack(
        seen,
        owners=np.array([numbers.get(name, -1) for name in names]),
        is_dummy=np.array([bool(name) and not is_athlete(name) for name in names]),
        recorded=np.array([order.get(found.tobytes(), last) for found in seen.leaf_hashes]),
    )


def matched_pairs(attack: Attack, *, across: bool) -> Pairs:
    """For each pair of one athlete one of two athletes that agrees with it in everything public.

    Both entries of a pair are of one kind and organisation, and of one publication; or, across publications, both
    pairs have the same two publications.
    """
    seen, generator = attack.seen, np.random.default_rng(SEED)
    cells: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for entry in np.flatnonzero(attack.owners >= 0):
        cells[int(seen.publications[entry]), int(seen.orgs[entry]), int(seen.kinds[entry])].append(int(entry))
    found: dict[tuple[int, int], bool] = {}
    for (publication, org, kind), inside in cells.items():
        others = np.array(cells.get((publication + 1, org, kind), ()) if across else inside)
        if len(others) < 2:
            continue
        for entry in inside:
            same = others[(attack.owners[others] == attack.owners[entry]) & (others != entry)]
            different = others[attack.owners[others] != attack.owners[entry]]
            for partner in generator.permutation(same)[: PARTNERS if len(different) else 0]:
                found[_ordered(entry, int(partner))] = True
                found[_ordered(entry, int(generator.choice(different)))] = False
    return _pairs([(*pair, is_same) for pair, is_same in found.items()])


def _ordered(one: int, other: int) -> tuple[int, int]:
    """A pair counts once, whichever of its entries it was found from."""
    return min(one, other), max(one, other)


def unmatched_pairs(attack: Attack, count: int) -> Pairs:
    """Pairs of entries picked at random: half of one athlete, half of any two."""
    generator = np.random.default_rng(SEED)
    own = np.flatnonzero(attack.owners >= 0)
    by_owner = [own[attack.owners[own] == owner] for owner in np.unique(attack.owners[own])]
    found: list[tuple[int, int, bool]] = []
    for _ in range(count // 2):
        one, other = generator.choice(by_owner[generator.integers(len(by_owner))], 2, replace=False)
        found.append((int(one), int(other), True))
        one, other = generator.choice(own, 2, replace=False)
        found.append((int(one), int(other), bool(attack.owners[one] == attack.owners[other])))
    return _pairs(found)


def _pairs(found: list[tuple[int, int, bool]]) -> Pairs:
    first, second, same = (np.array(column) for column in zip(*found, strict=True))
    return Pairs(first.astype(np.int64), second.astype(np.int64), same.astype(bool))


def best_auc(seen: Seen, pairs: Pairs, *, count: int = GUESSES, features=pair_features) -> dict[str, float]:
    """AUC of each method, trained on the early publications and tested on the late ones, with `count` guesses."""
    train = pairs.of(seen.publications, early=True).some(count)
    test = pairs.of(seen.publications, early=False).some(count)
    assert min(len(train.same), len(test.same)) >= 0.9 * count
    scores = guesses(features(seen, train.first, train.second), train.same, features(seen, test.first, test.second))
    return {name: auc(score, test.same) for name, score in scores.items()}


def test_two_entries_of_one_publication_cannot_be_linked(attack: Attack, record_property) -> None:
    found = best_auc(attack.seen, matched_pairs(attack, across=False))

    record_property("auc", found)
    assert all(1 - MOST_AUC <= value <= MOST_AUC for value in found.values()), found


def test_two_entries_of_different_publications_cannot_be_linked(attack: Attack, record_property) -> None:
    found = best_auc(attack.seen, matched_pairs(attack, across=True))

    record_property("auc", found)
    assert all(1 - MOST_AUC <= value <= MOST_AUC for value in found.values()), found


def test_a_dummy_cannot_be_told_from_an_entry_about_an_athlete(attack: Attack, record_property) -> None:
    """Budget movements are logged for everybody enrolled, so that nobody can count who takes part."""
    seen = attack.seen
    kinds = np.unique(seen.kinds[attack.is_dummy])
    entries = np.flatnonzero(np.isin(seen.kinds, kinds) & ((attack.owners >= 0) | attack.is_dummy))
    early = seen.publications[entries] <= seen.publications.max() // 2
    found = {}
    for train, test in ((entries[early], entries[~early]), (entries[~early], entries[early])):
        scores = guesses(entry_features(seen, train), attack.is_dummy[train], entry_features(seen, test))
        for name, score in scores.items():
            found.setdefault(name, []).append(auc(score, attack.is_dummy[test]))
    means = {name: sum(values) / 2 for name, values in found.items()}

    record_property("auc", means)
    assert len(entries) >= DUMMY_GUESSES
    assert all(1 - MOST_AUC_OF_DUMMIES <= value <= MOST_AUC_OF_DUMMIES for value in means.values()), means


def test_without_shuffling_the_same_attack_succeeds(attack: Attack, record_property) -> None:
    """The attack can fail: entries in the order of recording stand beside their own athlete's."""
    order = np.lexsort((attack.recorded, attack.seen.publications))
    flawed = reordered(attack, order)

    found = best_auc(flawed.seen, matched_pairs(flawed, across=False), count=FEWER_GUESSES)

    record_property("auc", found)
    assert max(found.values()) > LEAST_AUC_WITH_A_FLAW, found


@pytest.mark.parametrize("bits", [1, 8])
def test_with_a_tag_that_repeats_a_few_bits_the_same_attack_succeeds(
    attack: Attack, bits: int, record_property
) -> None:
    """One bit per athlete in sixteen bytes is found, in one publication and across publications."""
    tags = attack.seen.tags.copy()
    for entry in np.flatnonzero(attack.owners >= 0):
        own = hashlib.sha256(b"flaw %d" % attack.owners[entry]).digest()[0]
        mask = (1 << bits) - 1
        tags[entry, 7] = (int(tags[entry, 7]) & ~mask) | (own & mask)
    flawed = replace(attack, seen=replace(attack.seen, tags=tags))

    found = best_auc(flawed.seen, matched_pairs(flawed, across=True), count=FEWER_GUESSES)

    record_property("auc", found)
    assert max(found.values()) > LEAST_AUC_WITH_A_FLAW, found


def test_what_public_fields_alone_give_away_is_no_more_than_the_documentation_says(
    attack: Attack, record_property
) -> None:
    """Not a promise but a measurement: club, kind and time are public on purpose, and they narrow the circle."""
    pairs = unmatched_pairs(attack, 20 * FEWER_GUESSES)
    within = pairs_within_orgs(attack, pairs)

    everywhere = best_auc(attack.seen, pairs, count=FEWER_GUESSES, features=public_features)
    one_org = best_auc(attack.seen, within, count=FEWER_GUESSES, features=public_features)

    record_property("auc", {"any two entries": everywhere, "two entries of one organisation": one_org})
    assert 0.6 < max(everywhere.values()) < 0.9
    assert max(one_org.values()) < 0.75


def pairs_within_orgs(attack: Attack, pairs: Pairs) -> Pairs:
    """Those pairs whose entries stand under one organisation pseudonym."""
    kept = attack.seen.orgs[pairs.first] == attack.seen.orgs[pairs.second]
    return Pairs(pairs.first[kept], pairs.second[kept], pairs.same[kept])


def reordered(attack: Attack, order: Numbers) -> Attack:
    """The same entries in another order inside their publications."""
    seen = attack.seen
    moved = replace(
        seen,
        kinds=seen.kinds[order],
        orgs=seen.orgs[order],
        days=seen.days[order],
        publications=seen.publications[order],
        tags=seen.tags[order],
        commitments=seen.commitments[order],
        lengths=seen.lengths[order],
        leaf_hashes=seen.leaf_hashes[order],
    )
    return Attack(moved, attack.owners[order], attack.is_dummy[order], attack.recorded[order])
