"""An older database that still takes a key for good which has stopped to count: the recovery ends it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from consent import cli
from consent.service import StartMode
from policies.signing import SigningKey
from policies.vocabulary import OrgId
from tests.consent.league import World
from tests.consent.recovery.test_older_database import CLUB, RECOVERS, copy_of, played, put_back, start

__all__ = ["played"]
LEAGUE = OrgId("league")


@pytest.mark.parametrize("mode", [StartMode(), RECOVERS])
def test_no_revoked_key_counts_again(played: World, tmp_path: Path, mode: StartMode) -> None:
    copy = copy_of(played, tmp_path / "copy")
    played.store.org_keys.revoke(CLUB)
    put_back(played, copy)

    again = start(played, mode)

    try:
        assert [one.org_id for one in again.service.recovered.cut_off] == [CLUB]
        assert again.store.org(CLUB).key is None
        assert again.store.org(LEAGUE).key == played.keys["league"].verify_key
        assert not any(again.store.member(athlete).frozen for athlete in again.athletes["club-a"])
        again.verify()
    finally:
        again.service.close()


def test_no_retired_key_counts_again_and_the_new_one_is_given_anew(played: World, tmp_path: Path) -> None:
    copy, new = copy_of(played, tmp_path / "copy"), SigningKey.generate().verify_key
    played.store.org_keys.add(CLUB, new, overlap_d=0)
    played.store.org_keys.add(LEAGUE, SigningKey.generate().verify_key, overlap_d=90)
    put_back(played, copy)

    again = start(played, RECOVERS)

    try:
        assert [one.org_id for one in again.service.recovered.cut_off] == [CLUB, LEAGUE]
        assert again.store.org_keys.add(CLUB, new, overlap_d=0) is None
        assert again.store.org(CLUB).key == new
    finally:
        again.service.close()


@pytest.mark.parametrize(
    ("words", "said"), [((), "cut off: The club-a (club-a)\n"), (("--json",), '"cut_off": ["club-a"]')]
)
def test_the_command_names_whom_it_cut_off_and_its_json_has_ids(
    played: World, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    played.service.publish()
    played.clock.now = datetime.now(UTC)
    copy = copy_of(played, tmp_path / "copy")
    played.store.org_keys.revoke(CLUB)
    put_back(played, copy)

    answer = CliRunner().invoke(cli.app, ["recover", str(played.service.settings.directory), *words])

    assert answer.exit_code == 0, answer.output
    assert said in answer.stdout.replace("[\n    ", "[").replace("\n  ]", "]")
