"""An import says which days come from another source since then, and of no other day."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from client.biometrics.observations import Observation, ReadingSource, observe
from client.biometrics.own_settings import OwnSettings
from client.biometrics.streams import Stream
from client.features.daily import build
from client.features.days.days_of_readings import DaysOfReadings
from client.ingest.clock import LocalClock
from client.ingest.importer import Attribution, Importer
from client.ingest.mapping import read_mapping
from client.ingest.results.days_before import DaysBefore
from client.ingest.results.source_switches import HOURS_OF_SLEEP, figure_sources, switched
from client.settings import load_settings
from client.vault.access import open_vault
from client.vault.preferences.own_settings import set_own_settings
from client.vault.store import Vault
from policies.vocabulary import AthleteId
from tests.client.sessions_of_two_sources import sessions_of_two_sources

Run = Callable[..., tuple[int, str, str]]
START = datetime(2026, 3, 2, tzinfo=UTC)
WATCH, SHEET = ReadingSource("", "fit", "a" * 64), ReadingSource("", "club-sheet", "b" * 64)
PULSE, ASLEEP = {WATCH: 60.0, SHEET: 50.0}, 400.0
DAYS = st.sets(
    st.tuples(st.sampled_from(["pulse", "slept", "asked"]), st.integers(0, 6), st.sampled_from([WATCH, SHEET]))
)


def made(days: set[tuple[str, int, ReadingSource]]) -> list[Observation]:
    found = []
    for kind, day, source in sorted(days, key=lambda one: (one[0], one[1], one[2].app)):
        at = START + timedelta(days=day, hours=7)
        if kind == "pulse":
            found.append(observe(Stream.RESTING_HEART_RATE, at, PULSE[source], source))
        elif kind == "asked":
            found.append(observe(Stream.SLEEP_DURATION_H, at, 8.0, SHEET))
        else:
            found.append(observe(Stream.SLEEP_PERIOD_MIN, at - timedelta(hours=8), ASLEEP, WATCH, end=at))
    return list({(one.stream, one.start, one.source): one for one in found}.values())


@given(DAYS, DAYS, st.sampled_from([(), ("fit",), ("club-sheet",)]))
def test_what_is_told_is_what_the_table_takes_from_another_source(
    stored: set[tuple[str, int, ReadingSource]], brought: set[tuple[str, int, ReadingSource]], order: tuple[str, ...]
) -> None:
    before, after = made(stored), made(stored | brought)

    told = switched(figure_sources(DaysOfReadings(before, order)), DaysOfReadings(after, order))

    tables = [build(one, source_priority=order) for one in (before, after)]
    for name, column in ((Stream.RESTING_HEART_RATE.value, "resting_heart_rate"), (HOURS_OF_SLEEP, "sleep_h")):
        first, then = (dict(zip(one.dates, one.column(column), strict=True)) for one in tables)
        both = {day for day, value in first.items() if value == value and then[day] == then[day]}  # NaN is not itself
        other = {day for day in both if first[day] != then[day]}
        assert sum(one.days for one in told if name in one.streams) == len(other), (name, told)
        assert all(one.now != one.before and one.first <= one.last for one in told)


def test_the_import_its_rehearsal_and_its_notes_say_it(node_of_one: Path, run: Run, tmp_path: Path) -> None:
    first, second, mapping = sessions_of_two_sources(tmp_path)
    run("source-priority", node_of_one, "club-sheet")
    words = ("ingest", node_of_one, second, "--athlete", "7", "--mapping", mapping)
    assert "instead of" not in run("ingest", node_of_one, first, "--athlete", "7")[1]

    rehearsed = " ".join(run(*words, "--dry-run")[1].split())
    notes = json.loads(run(*words, "--json")[1])["files"][0]["notes"]

    told = "session_duration_min, session_rpe: figures of 2026-03-05 to 2026-03-06 now come from club-sheet"
    told += " instead of pmsys"
    assert told in rehearsed
    assert told in notes
    assert "instead of" not in run(*words)[1], "what is known already switches nothing"
    with open_vault(load_settings(node_of_one)) as vault:
        assert len(vault.read(vault.athletes()[0].athlete)) == 8


def test_a_watched_folder_tells_what_changed_once(
    vault: Vault, athlete: AthleteId, clock: LocalClock, tmp_path: Path
) -> None:
    first, second, mapping = sessions_of_two_sources(tmp_path)
    third = tmp_path / "later.csv"
    third.write_text("when,rpe,minutes\n2026-03-09T17:00:00Z,8,60\n")
    set_own_settings(vault, athlete, OwnSettings(source_priority=("club-sheet",)))
    Importer(vault, clock, Attribution(athlete)).take_all([first])
    described, before = read_mapping(mapping.read_bytes()), DaysBefore(vault, clock)
    importer = Importer(vault, clock, Attribution(athlete), described, before=before)

    told = [len(result.changed.texts) for path in (second, third) for result in importer.take_all([path])]

    assert told == [1, 0]
