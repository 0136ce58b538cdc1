"""Days lost follow the episodes of a log: a return that a later log corrects takes days back, or adds them."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from client.biometrics.streams import Stream
from client.ingest.clock import LocalClock
from client.ingest.importer import Attribution, Importer
from client.vault.history.undoing import undo
from client.vault.journal import imports
from client.vault.store import Vault
from policies.vocabulary import AthleteId

Take = Callable[..., None]
LATER = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def take(vault: Vault, athlete: AthleteId, clock: LocalClock, tmp_path: Path) -> Take:
    """Import a log with one row for each return; its onset is 2 March, unless one is said."""

    def imported(*returns: str, onset: int = 2, kind: str = "injury", area: str = "knee") -> None:
        path = tmp_path / f"log {len(imports(vault, athlete))}.csv"
        rows = "".join(f"2026-03-{onset:02},{back},{area},{kind}\n" for back in returns)
        path.write_text("onset,return,body area,kind\n" + rows)
        Importer(vault, clock, Attribution(athlete)).take(path)

    return imported


def lost(vault: Vault, athlete: AthleteId, stream: Stream = Stream.TIME_LOSS) -> list[int]:
    return sorted(one.day.day for one in vault.read(athlete, [stream]))


@pytest.mark.parametrize(("kind", "stream"), [("injury", Stream.TIME_LOSS), ("illness", Stream.ABSENCE)])
def test_an_earlier_return_takes_days_back_and_a_later_one_adds_them(
    vault: Vault, athlete: AthleteId, take: Take, kind: str, stream: Stream
) -> None:
    found = []
    for back in ("2026-03-09", "2026-03-05", "2026-03-09", "2026-03-08"):  # the third is the first log again
        take(back, kind=kind)
        found.append(lost(vault, athlete, stream))

    assert found == [[3, 4, 5, 6, 7, 8], [3, 4], [3, 4], [3, 4, 5, 6, 7]]


def test_days_that_another_episode_costs_stay(vault: Vault, athlete: AthleteId, take: Take) -> None:
    take("2026-03-09")
    take("2026-03-08", onset=5, area="hip")

    take("2026-03-05")

    assert lost(vault, athlete) == [3, 4, 6, 7]


def test_an_injury_that_lasts_again_denies_no_day_and_one_without_days_has_no_onset(
    vault: Vault, athlete: AthleteId, take: Take
) -> None:
    take("2026-03-06")
    take("")
    lasting = lost(vault, athlete)
    take("2026-03-03")

    assert lasting == [3, 4, 5]
    assert (lost(vault, athlete), lost(vault, athlete, Stream.INJURY_ONSET)) == ([], [])


def test_undoing_a_log_gives_the_days_that_the_others_cost(vault: Vault, athlete: AthleteId, take: Take) -> None:
    for back in ("2026-03-09", "2026-03-05", "2026-03-08"):
        take(back)
    found = []
    for number in (3, 2, 1):
        undo(vault, [imports(vault, athlete)[number - 1].number], at=LATER, who="operator")
        found.append(lost(vault, athlete))

    assert found == [[3, 4], [3, 4, 5, 6, 7, 8], []]
