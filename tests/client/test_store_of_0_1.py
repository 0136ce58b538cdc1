"""A node that release 0.1 wrote opens with nothing lost: readings, imports, refused files, plans, decisions, rounds."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from client.coaching.journal import CoachingJournal
from client.errors import AthleteErased, RoundRefused
from client.federation.journal import RoundJournal
from client.injury_risk.club_head import KeptClubHead, keep_club_head, kept_club_head
from client.settings import NodeSettings, load_settings
from client.vault.access import open_vault
from client.vault.journal import imports
from client.vault.set_aside import set_aside_files
from models.features import RISK_SCHEMA
from policies.vocabulary import AthleteId
from tests.old_stores import digest, expected_of, unpacked

EXPECTED = expected_of("node")


@pytest.fixture
def settings(tmp_path: Path) -> NodeSettings:
    """The node's folder of release 0.1."""
    return load_settings(unpacked("node", tmp_path))


@pytest.mark.parametrize("athlete", EXPECTED["athletes"])
def test_the_club_finds_everything_of_an_athlete_again(settings: NodeSettings, athlete: str) -> None:
    expected, one = EXPECTED["athletes"][athlete], AthleteId(athlete)

    with open_vault(settings) as vault:
        journal = CoachingJournal(settings.journal_path, lambda who: vault.seal_of(who)[2])
        seen = [[o.stream.value, o.start.isoformat(), o.value] for o in vault.read(one)]
        decided = [d.proposal_id for d in journal.decisions(one, since=date(2026, 1, 1))]
        kept = (
            vault.athlete(one).name,
            len(imports(vault, one)),
            [file.file_name for file in set_aside_files(vault, one)],
        )
        journal.close()

    assert (len(seen), digest(seen)) == (expected["readings"], expected["digest"])
    assert decided == expected["decisions"]
    assert kept == (expected["name"], expected["imports"], ["b.fit"])


def test_an_old_vault_can_keep_a_club_head_and_an_erasure_takes_it_away(settings: NodeSettings) -> None:
    weights = np.linspace(-1.0, 1.0, RISK_SCHEMA.dimension)
    one = AthleteId(next(iter(EXPECTED["athletes"])))

    with open_vault(settings) as vault:
        before = kept_club_head(vault)
        keep_club_head(vault, KeptClubHead(date(2026, 11, 23), "ab" * 32, weights, 0.04, frozenset()))
        held = kept_club_head(vault)
        vault.erase(one)
        after = kept_club_head(vault)

    assert (before, after) == (None, None)
    assert held is not None
    assert held.weights.tolist() == weights.tolist()


def test_the_plan_stands_and_the_erased_athlete_stays_erased(settings: NodeSettings) -> None:
    erased = AthleteId(EXPECTED["erased"])

    with open_vault(settings) as vault:
        journal = CoachingJournal(settings.journal_path, lambda who: vault.seal_of(who)[2])
        (plan,) = journal.plans(date(2026, 11, 23)).values()
        with pytest.raises(AthleteErased):
            vault.read(erased)
        with pytest.raises(AthleteErased):
            journal.decisions(erased, since=date(2026, 1, 1))
        journal.close()

    assert (plan.session.load_au, plan.session.rpe, plan.title, plan.match_day) == (480.0, 6.0, "Gym and field", True)


def test_a_round_that_was_answered_gets_the_same_bytes_and_no_other(settings: NodeSettings) -> None:
    rounds = RoundJournal(settings.journal_path)

    assert rounds.answered("m" * 64, 1, b"request") == b"reply"
    with pytest.raises(RoundRefused):
        rounds.answered("m" * 64, 1, b"another request")
    assert rounds.is_noted("m" * 64, 1)  # it was sent at once
    assert rounds.begin("m" * 64, 2) is True
    rounds.close()
