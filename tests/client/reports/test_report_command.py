"""`report` and `report-settings`: one access event, no name in a file's name, and settings that hold no secret."""

import io
import json
import os
from datetime import date
from pathlib import Path

import pypdf
import pytest

import client.cli
from chassis.files.secret_file import read_secret
from client.commands.reports.report_settings import PASSWORD_VARIABLE
from client.reports.ready_message import MAIL_PASSWORD
from client.settings import load_settings
from tests.privacy.programs import Programs, node_added, set_up

APP = client.cli.app


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    """A node that an accepted club runs, with one athlete, a coach, and a report that is due at any hour."""
    found = set_up(tmp_path, monkeypatch)
    node_added(found)
    found.done(APP, "enrol", found.node)
    found.done(APP, "staff", "add", found.node, "--name", "Robin Dale", "--role", "coach")
    found.done(APP, "report-settings", found.node, "--ready", "00:00")
    found.recorded_days()
    return found


def test_the_file_bears_no_name_and_says_for_whom_it_was_opened(programs: Programs, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    answer = programs.done(APP, "report", programs.node, "--for", "Robin Dale", "--out", out, "--json")

    path = Path(json.loads(answer.stdout)["file"])
    assert path.name.startswith("report-")
    assert path.name.endswith("-coach.pdf")
    assert "Dale" not in path.name
    assert path.stat().st_mode & 0o077 == 0
    text = " ".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(path.read_bytes())).pages)
    assert "for Robin Dale, performance coach" in " ".join(text.split())

    again = programs.run(APP, "report", programs.node, "--for", "Robin Dale", "--out", out)
    assert again.exit_code == 1
    assert "never overwritten" in str(again.exception)


def test_what_cannot_be_is_refused_in_one_sentence(programs: Programs, tmp_path: Path) -> None:
    for words, said in (
        (("--for", "Nobody"), "there is nobody of this name on the staff"),
        (("--for", "Robin Dale", "--variant", "medical"), "expected the variant coach, which this person reads"),
        (("--for", "Robin Dale", "--date", "2020-02-02"), "no report of 2020-02-02 is here"),
        (("--for", "Robin Dale", "--out", tmp_path / "nowhere"), "expected a folder for the report"),
    ):
        answer = programs.run(APP, "report", programs.node, *map(str, words))
        assert answer.exit_code == 1
        assert said in str(answer.exception)


def test_json_is_the_same_report(programs: Programs, tmp_path: Path) -> None:
    programs.done(APP, "report", programs.node, "--for", "Robin Dale", "--out", tmp_path, "--as", "json")

    (path,) = tmp_path.glob("report-*.json")
    told = json.loads(path.read_text())
    assert told["schema"] == "homefield-daily-report-1"
    assert date.fromisoformat(told["day"])
    assert "made_of" not in path.read_text()


def test_settings_hold_no_password_and_are_refused_where_they_cannot_be(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = programs.node
    mail = ("--mail-server", "mail.example.org:465", "--mail-from", "node@club.example", "--mail-to", "a@club.example")
    assert PASSWORD_VARIABLE not in os.environ
    refused = programs.run(APP, "report-settings", node, *mail, "--mail-user", "node")
    assert PASSWORD_VARIABLE in str(refused.exception)
    assert load_settings(node).report_mail is None

    monkeypatch.setenv(PASSWORD_VARIABLE, "pass word")
    programs.done(APP, "report-settings", node, *mail, "--mail-user", "node")

    settings = load_settings(node)
    assert "pass word" not in (node / "settings.json").read_text()
    assert read_secret(settings.keys / MAIL_PASSWORD) == b"pass word\n"
    for words, said in (
        (("--webhook", "http://chat.example.org/x"), "expected a webhook that begins with https://"),
        (("--mail-server", "mail.example.org"), "as HOST:PORT"),
        (("--mail-server", "mail.example.org:465"), "expected --mail-from"),
        (("--ready", "25:00"), "not a valid setting: report_ready"),
    ):
        assert said in str(programs.run(APP, "report-settings", node, *words).exception)
    programs.done(APP, "report-settings", node, "--no-message")
    assert (load_settings(node).report_mail, load_settings(node).report_webhook) == (None, None)
