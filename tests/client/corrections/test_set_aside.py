"""Of a file that was set aside the reason is kept, never the file; imported rightly, it is no longer set aside."""

import base64
import json
from pathlib import Path

import pytest

from chassis.clock import utc_now
from client.ingest.clock import LocalClock
from client.ingest.importer import Attribution, Importer
from client.ingest.mapping import read_mapping
from client.settings import load_settings
from client.vault.access import open_vault
from client.vault.journal import file_mark, imports
from client.vault.old_readings import deleting_old
from client.vault.set_aside import clear, set_aside_files
from client.vault.store import Vault, new_athlete_id
from policies.vocabulary import AthleteId
from tests.old_stores import expected_of, unpacked
from tests.waiting import wait_until

SESSIONS = "end_date_time,activity_names,perceived_exertion,duration_min\n"
SHEET = "date,rpe\n2026-03-02,5\n"
MAPPING = read_mapping(
    json.dumps(
        {
            "version": 1,
            "app": "sheet",
            "time": {"column": "date", "format": "date"},
            "streams": [{"column": "rpe", "stream": "session_rpe"}],
        }
    ).encode()
)


@pytest.mark.parametrize(("refused", "status"), [(SHEET, "quarantined"), (SESSIONS + "x,run,5,60\n", "nothing_kept")])
def test_a_file_that_gave_nothing_is_set_aside_until_it_is_cleared(
    vault: Vault, athlete: AthleteId, clock: LocalClock, tmp_path: Path, refused: str, status: str
) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text(refused)

    (result,) = Importer(vault, clock, Attribution(athlete)).take(path)

    (aside,) = set_aside_files(vault, athlete)
    assert (result.status, aside.file_name, aside.at) == (status, "sheet.csv", clock.now)
    assert aside.mark == file_mark(vault.seal_of(athlete)[2], imports(vault, athlete)[0].file_sha256)
    assert [record.is_set_aside for record in imports(vault, athlete)] == [True]
    clear(vault, athlete, frozenset({aside.mark}))
    assert set_aside_files(vault, athlete) == []
    assert [(record.status, record.is_set_aside) for record in imports(vault, athlete)] == [(status, False)]


@pytest.mark.parametrize("for_another", [False, True])
def test_a_file_imported_rightly_later_is_no_longer_set_aside(
    vault: Vault, athlete: AthleteId, clock: LocalClock, tmp_path: Path, for_another: bool
) -> None:
    other = vault.add_athlete(new_athlete_id(), "Bo", shirt_no=8).athlete
    path = tmp_path / "sheet.csv"
    path.write_text(SHEET)
    (tmp_path / "still.csv").write_text(SHEET + "x")
    Importer(vault, clock, Attribution(athlete)).take_all([path, tmp_path / "still.csv"])
    assert len(set_aside_files(vault, athlete)) == 2

    (result,) = Importer(vault, clock, Attribution(other if for_another else athlete), MAPPING).take(path)

    assert result.status == "stored"
    assert [one.file_name for one in set_aside_files(vault, athlete)] == ["still.csv"]
    assert [r.file_name for r in imports(vault, athlete) if r.is_set_aside] == ["still.csv"]


def test_originals_that_an_earlier_version_kept_are_destroyed_and_the_reasons_are_not(tmp_path: Path) -> None:
    settings = load_settings(unpacked("node", tmp_path))
    one = AthleteId(next(iter(expected_of("node")["athletes"])))

    with open_vault(settings) as vault:
        database, number, seal = vault.seal_of(one)

        def kept() -> list[str]:
            with database.reading() as connection:
                rows = connection.execute("SELECT key, sealed FROM quarantine WHERE athlete = ?", (number,)).fetchall()
            return [seal.open(sealed, b"quarantine" + key).decode() for key, sealed in rows]

        held = base64.b64encode(b"not a file").decode()
        assert held in kept()[0]
        with deleting_old(vault, dict, _Nobody(), clock=utc_now):
            wait_until(lambda: held not in kept()[0])
        assert [file.reason for file in set_aside_files(vault, one)] == ["it is damaged"]


class _Nobody:
    def snapshot(self) -> object:
        raise AssertionError("nothing is deleted by age here")
