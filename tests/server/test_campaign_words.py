"""What `campaign plan`, `status` and `close` say of noise, of what a campaign costs, and of what one leaves."""

import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from server.cli import app
from server.commands.models import registry_of
from server.settings import load_settings
from server.store import CoordinatorStore, open_database
from tests.published import finished
from tests.server.test_campaign_commands import SEASON_TERMS
from tests.server.test_server_cli import TERMS, end, league, run, signed

__all__ = ["end", "league", "run", "signed"]


def test_noise_and_epsilon_together_are_refused(end, league, tmp_path):
    out = tmp_path / "m.json"

    refused = end("campaign", "plan", league[0], *TERMS, "--sigma", 2.4, "--epsilon", 1, "--out", out)

    assert refused[0] == 1
    assert "expected --sigma or --epsilon, got both" in refused[1]
    assert not out.exists()


def test_noise_that_hides_everything_is_warned_of(end, run, league, tmp_path):
    plan = ("campaign", "plan", league[0], *TERMS, "--out")

    hidden = run(*plan, tmp_path / "hidden.json", "--epsilon", 0.05)
    usual = run(*plan, tmp_path / "usual.json", "--epsilon", 1)

    assert "hardly anything can be learnt at this ε in a league of 40: about 2.3 % of" in hidden.stderr
    assert "such in 365 days" not in hidden.stdout
    assert usual.stderr == ""


def test_one_cost_has_one_word_for_each_epsilon(run, league, signed):
    planned = " ".join(run("campaign", "plan", league[0], *TERMS, "--out", league[0] / "p.json").stdout.split())
    run("campaign", "start", league[0], signed())
    status = " ".join(run("campaign", "status", league[0]).stdout.split())

    for shown in (planned, status):
        assert "ε per athlete proved 1.87 at" in shown
        assert "In the ledger books ε 2.00 of the cap of ε 2.00 in 365 days (88,145 micro-rho)" in shown
    assert "the ledger books ε 2.00 of 2 in a season" in planned


@pytest.mark.parametrize(
    ("done", "published", "words"),
    [
        (0, 0, "No model comes of it."),
        (1, 1, "What exchange 1 published stays; exchanges 2 and 3 are not asked."),
        (2, 1, "What exchange 1 published stays; no model comes of exchanges 2 and 3."),
        (2, 2, "What exchanges 1 and 2 published stays; exchange 3 is not asked."),
    ],
)
def test_closing_a_season_says_what_stays_and_what_is_not_asked(run, league, signed, service, done, published, words):
    folder = league[0]
    sha256 = json.loads(run("campaign", "start", folder, signed(*SEASON_TERMS), "--json").stdout)["sha256"]
    store = CoordinatorStore(open_database(load_settings(folder)), clock=lambda: datetime.now(UTC))
    manifest, registry = store.campaign(sha256).manifest, registry_of(load_settings(folder))
    for number in range(1, published + 1):
        registry.publish(registry.seal(manifest, finished(manifest, rounds=number)), b"{}")
    store.set_progress(sha256, rounds_done=done, parts=1)

    asked = CliRunner().invoke(app, ["campaign", "close", str(folder), sha256], input="n\n")
    closed = run("campaign", "close", folder, sha256, "--yes").stdout
    shown = run("campaign", "status", folder).stdout

    assert f"{words[0].lower()}{words[1:-1]}?" in " ".join(asked.output.split())
    assert closed.endswith(f"What no round has used is given back. {words}\n")
    assert "Open until" not in shown
    assert "Answered in this round" not in shown
