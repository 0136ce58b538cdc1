"""`backup-key`, `backup` and `restore` of union, club and league, as operators run them; nobody erased comes back."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer

import client.cli
import consent.cli
import server.cli
from chassis.cli.exit_codes import ExitCode
from client.federation.journal import RoundJournal
from client.settings import load_settings
from client.vault.access import open_vault
from policies.vocabulary import AthleteId
from tests.privacy.programs import Programs, set_up

APPS: dict[str, typer.Typer] = {"union": consent.cli.app, "node": client.cli.app, "league": server.cli.app}
NEW = "ath-00000000000000aa"


@dataclass
class Operators:
    """The three programs, each with a recovery key and a folder of backups."""

    programs: Programs

    def run(self, place: str, *words: object) -> Any:
        return self.programs.run(APPS[place], *words)

    def said(self, place: str, *words: object) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.programs.done(APPS[place], *words, "--json").stdout)
        return found

    def folder(self, place: str) -> Path:
        return self.programs.folder / place

    def key(self, place: str) -> Path:
        return self.folder(f"{place}.key")

    def back_up(self, place: str) -> Path:
        if not self.key(place).exists():
            self.key(place).write_text(self.said(place, "backup-key", self.folder(place))["recovery_key"])
            self.folder(f"{place}.backups").mkdir()
        return Path(self.said(place, "backup", self.folder(place), self.folder(f"{place}.backups"))["file"])

    def restore(self, place: str, backup: Path, to: Path, *words: object) -> dict[str, Any]:
        return self.said(place, "restore", backup, to, "--key", self.key(place), "--yes", *words)


@pytest.fixture
def operators(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Operators]:
    made = set_up(tmp_path, monkeypatch)
    yield Operators(made)
    made.world.service.close()


def tree(directory: Path) -> dict[str, bytes]:
    return {p.relative_to(directory).as_posix(): p.read_bytes() for p in directory.rglob("*") if p.is_file()}


def held(folder: Path) -> set[AthleteId]:
    """Whom a node's vault still holds."""
    with open_vault(load_settings(folder)) as vault:
        return {one.athlete for one in vault.athletes()}


@pytest.mark.parametrize("place", APPS)
def test_everything_that_a_program_keeps_comes_back(operators: Operators, place: str) -> None:
    backup = operators.back_up(place)
    never = ("-wal", "-shm", "/lock", "/index.sqlite3", ".journal")  # what waits is published by the restore
    copied = {name for name in tree(operators.folder(place)) if not name.endswith(never)}

    operators.restore(place, backup, operators.folder("new"))

    back = tree(operators.folder("new"))
    assert copied <= set(back)
    for name in copied:
        if "key" in name or name == "settings.json":
            assert back[name] == (operators.folder(place) / name).read_bytes()
    assert _opened_up(operators.folder(place), operators.folder("new")) == []


def _opened_up(before: Path, after: Path) -> list[Path]:
    """What others can read after a restore and could not before; the log is for everybody."""
    readable = [path.relative_to(after) for path in after.rglob("*") if path.stat().st_mode & 0o077]
    return [
        path
        for path in readable
        if not path.parts[0].startswith("log")
        and not ((before / path).exists() and (before / path).stat().st_mode & 0o007)
    ]


@pytest.mark.parametrize("place", APPS)
def test_the_secret_half_is_shown_once_and_opens_what_the_public_half_closed(operators: Operators, place: str) -> None:
    shown = operators.said(place, "backup-key", operators.folder(place))

    assert shown["recovery_key"].startswith("AGE-SECRET-KEY-1")
    assert not any(shown["recovery_key"].encode() in data for data in tree(operators.folder(place)).values())
    assert "recovery_key" not in operators.said(
        place, "backup-key", operators.folder(place), "--use", shown["recipient"]
    )


@pytest.mark.parametrize("place", APPS)
def test_a_key_that_is_there_gives_way_only_when_somebody_says_so(operators: Operators, place: str) -> None:
    folder = operators.folder(place)
    first = operators.said(place, "backup-key", folder)["recipient"]
    kept = (folder / "backup.recipients").read_bytes()

    refused = operators.run(place, "backup-key", folder)

    assert refused.exit_code == ExitCode.NOT_DONE
    assert first in str(refused.exception)
    assert "--replace" in str(refused.exception)
    assert (folder / "backup.recipients").read_bytes() == kept
    assert operators.said(place, "backup-key", folder, "--replace")["recipient"] != first


@pytest.mark.parametrize(("place", "form"), [("union", ()), ("league", ("--json",))])
def test_a_file_of_what_backup_key_printed_opens_the_backup(
    operators: Operators, place: str, form: tuple[str, ...]
) -> None:
    printed = operators.run(place, "backup-key", operators.folder(place), *form)
    operators.key(place).write_text(printed.stdout)
    operators.folder(f"{place}.backups").mkdir()

    operators.restore(place, operators.back_up(place), operators.folder("new"))

    assert (operators.folder("new") / "keys").is_dir()


@pytest.mark.parametrize("place", APPS)
def test_another_key_is_one_sentence_and_nothing_is_made(operators: Operators, place: str) -> None:
    backup, wrong = operators.back_up(place), operators.folder("wrong.key")
    another = operators.said(place, "backup-key", operators.folder(place), "--replace")
    wrong.write_text(another["recovery_key"])

    answer = operators.run(place, "restore", backup, operators.folder("new"), "--key", wrong)

    assert answer.exit_code == ExitCode.NOT_DONE
    assert str(answer.exception) == "this recovery key does not open the backup; find the key it was made for"
    assert not operators.folder("new").exists()


def test_a_backup_of_another_program_is_refused(operators: Operators) -> None:
    backup = operators.back_up("league")

    answer = operators.run("node", "restore", backup, operators.folder("new"), "--key", operators.key("league"))

    assert str(answer.exception) == "expected a backup of homefield-node, got one of homefield-server"
    assert not operators.folder("new").exists()


def test_a_database_is_replaced_only_when_somebody_says_so(operators: Operators) -> None:
    backup = operators.back_up("node")
    before = tree(operators.folder("node"))

    answer = operators.run("node", "restore", backup, operators.folder("node"), "--key", operators.key("node"))

    assert "in place of the one that is there?" in answer.output
    assert answer.exit_code != ExitCode.DONE
    assert tree(operators.folder("node")) == before


@pytest.mark.parametrize("to", ["node", "new"])
def test_who_was_erased_at_the_node_stays_erased(operators: Operators, to: str) -> None:
    """Also after a total loss: the consent service knows."""
    one = operators.programs.one
    operators.programs.done(client.cli.app, "athlete", "add", operators.folder("node"), "Stays", "--id", NEW)
    backup = operators.back_up("node")
    told = operators.programs.done(client.cli.app, "erase", operators.folder("node"), one, "--yes")
    assert "A backup made before can open the record until" in told.output

    done = operators.restore("node", backup, operators.folder(to))

    assert done["erased"] == 1
    assert held(operators.folder(to)) == {NEW}


def test_who_was_erased_before_the_node_was_linked_stays_erased_over_the_same_folder(operators: Operators) -> None:
    """Never enrolled, so that the service cannot know; the vault that is replaced does."""
    operators.programs.done(client.cli.app, "athlete", "add", operators.folder("node"), "Goes", "--id", NEW)
    backup = operators.back_up("node")
    operators.run("node", "erase", operators.folder("node"), NEW, "--yes")

    assert operators.restore("node", backup, operators.folder("node"))["erased"] == 1
    assert held(operators.folder("node")) == {operators.programs.one}


def test_who_is_erased_at_the_union_does_not_come_back_at_the_node(operators: Operators) -> None:
    backup = operators.back_up("node")
    operators.programs.world.service.store.erase(operators.programs.one)

    operators.restore("node", backup, operators.folder("new"))

    assert held(operators.folder("new")) == set()


def test_a_node_is_not_put_back_while_nobody_can_say_who_is_erased(operators: Operators) -> None:
    backup = operators.back_up("node")
    operators.programs.down = True
    before = tree(operators.folder("node"))

    for to in ("node", "new"):
        answer = operators.run("node", "restore", backup, operators.folder(to), "--key", operators.key("node"), "--yes")
        assert "nothing was put back, start the consent service first" in str(answer.exception)

    assert tree(operators.folder("node")).keys() == before.keys()
    assert not operators.folder("new").exists()


def test_an_erased_athletes_bytes_are_not_in_the_vault_that_is_put_back(operators: Operators) -> None:
    operators.programs.recorded_days()
    backup = operators.back_up("node")
    size = (operators.folder("node") / "vault.sqlite3").stat().st_size
    operators.programs.done(client.cli.app, "erase", operators.folder("node"), operators.programs.one, "--yes")

    operators.restore("node", backup, operators.folder("new"))

    assert (operators.folder("new") / "vault.sqlite3").stat().st_size < size / 2


def test_a_running_node_is_not_replaced(operators: Operators) -> None:
    backup = operators.back_up("node")

    with open_vault(load_settings(operators.folder("node"))):
        answer = operators.run(
            "node", "restore", backup, operators.folder("node"), "--key", operators.key("node"), "--yes"
        )

    assert "vault.sqlite3 is in use; stop the program first" in str(answer.exception)


def test_vault_and_journal_are_of_one_moment_while_both_are_written(operators: Operators) -> None:
    journal = RoundJournal(load_settings(operators.folder("node")).journal_path)
    journal.begin("a" * 64, 1)

    backup = operators.back_up("node")
    journal.begin("a" * 64, 2)
    journal.close()
    operators.restore("node", backup, operators.folder("new"))

    again = RoundJournal(load_settings(operators.folder("new")).journal_path)
    assert (again.begin("a" * 64, 1), again.begin("a" * 64, 2)) == (True, False)
    again.close()


def test_a_damaged_vault_is_replaced(operators: Operators) -> None:
    backup = operators.back_up("node")
    (operators.folder("node") / "vault.sqlite3").write_bytes(b"gone" * 2000)
    for name in ("vault.sqlite3-wal", "vault.sqlite3-shm"):
        (operators.folder("node") / name).unlink(missing_ok=True)

    done = operators.restore("node", backup, operators.folder("node"))

    assert held(operators.folder("node")) == {operators.programs.one}
    assert (Path(done["aside"]) / "vault.sqlite3").read_bytes().startswith(b"gone")


def test_erasing_at_the_union_says_until_when_a_backup_could_open_the_record(operators: Operators) -> None:
    operators.programs.world.service.close()

    told = operators.programs.done(
        consent.cli.app, "athlete", "erase", operators.folder("union"), operators.programs.one, "--yes"
    )

    assert "A backup made before can open the record until 20" in told.output
