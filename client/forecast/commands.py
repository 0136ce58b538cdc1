"""`forecast`: what is expected of an athlete's readiness tomorrow, and of injuries this week where a model passed."""

from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Any

import typer

from chassis.cli.console import print_json, print_table, say
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from client.commands.node_folder import NodeAthlete, NodeFolder, find_athlete
from client.commands.reporting import report

if TYPE_CHECKING:
    from client.injury_risk.own_risk import OwnRisk
    from client.learning.tomorrow import Tomorrow
    from client.settings import NodeSettings
    from client.vault.store import Vault
    from policies.vocabulary import AthleteId


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command()(forecast)


def forecast(folder: NodeFolder, athlete: NodeAthlete, as_json: AsJson = False) -> None:
    """Show what an athlete will probably answer tomorrow to how ready they feel, 0 to 10, and where that comes from.

    It is for the athlete; fits the athlete's own model anew first. The interval holds on 80 of 100 such days. Where
    the league's risk model passed this node's gate, the chance of an injury within seven days stands beside the
    athlete's own base rate. On a linked node the athlete finds this look in their own record, like every other.

    Example: homefield-node forecast ./club-a 7
    """
    from audit.entries.details.clubs import OperatorLooked
    from audit.entries.details.codes import OperatorView
    from client.injury_risk.own_risk import risk_values
    from client.settings import load_settings
    from client.vault.access import open_vault

    settings = load_settings(folder)
    today = utc_now().astimezone(settings.timezone).date()
    with open_vault(settings) as vault:
        who = find_athlete(vault, athlete)
        report(settings, OperatorLooked(athlete=who.athlete, what=OperatorView.METRICS))
        found = _expected(settings, vault, who.athlete, today)
        risk = _risk(settings, vault, who.athlete)
    if as_json:
        values = {"athlete": who.athlete, "after": today.isoformat(), **_values(found), "risk": risk_values(risk)}
        print_json("homefield-forecast-1", values)
        return
    if found is None:
        say(f"Nothing can be said of {who.name}’s tomorrow: it takes an answer today and on 14 days.")
    else:
        _show(who.name, found)
    _show_risk(who.name, risk)


def _expected(settings: "NodeSettings", vault: "Vault", athlete: "AthleteId", today: date) -> "Tomorrow | None":
    from client.biometrics.streams import Stream
    from client.consent_client import NodeConsentClient
    from client.features.athlete_days import athlete_days
    from client.learning.kept_head import kept_head
    from client.learning.learners import NobodyLearns
    from client.learning.refitting import HeadRefitting
    from client.learning.tomorrow import tomorrow

    if settings.consent_url is None:
        HeadRefitting.of(settings, vault=vault, consent=NobodyLearns(), clock=utc_now).refit([athlete])
    else:
        with closing(NodeConsentClient.of(settings, clock=utc_now)) as consent:
            HeadRefitting.of(settings, vault=vault, consent=consent, clock=utc_now).refit([athlete])
    table = athlete_days(vault, athlete, streams=[Stream.READINESS], today=today)
    return tomorrow(table, today, kept_head(vault, athlete), today=today)


def _risk(settings: "NodeSettings", vault: "Vault", athlete: "AthleteId") -> "OwnRisk | None":
    from client.consent_client import NodeConsentClient
    from client.injury_risk.own_risk import own_risk

    if settings.consent_url is None:
        return None
    with closing(NodeConsentClient.of(settings, clock=utc_now)) as consent:
        return own_risk(settings, vault, athlete, consent=consent, clock=utc_now)


def _values(found: "Tomorrow | None") -> dict[str, Any]:
    if found is None:
        return dict.fromkeys(("expected", "low", "high", "own_mean", "probably_below", "drivers", "source"))
    return {
        "expected": round(found.expected, 3),
        "low": round(found.low, 3),
        "high": round(found.high, 3),
        "own_mean": round(found.usual, 3),
        "probably_below": found.is_probably_below,
        "drivers": [{"by": one.by.value, "points": round(one.points, 3)} for one in found.drivers],
        "source": found.source.name.lower(),
    }


def _show(name: str, found: "Tomorrow") -> None:
    from client.learning.expected_words import expected_in_figures
    from client.learning.tomorrow import MovedBy

    rows = list(expected_in_figures(found, set(MovedBy)).items())
    print_table(f"{name}: tomorrow’s readiness answer", ("What", "Value"), rows)


def _show_risk(name: str, risk: "OwnRisk | None") -> None:
    from client.injury_risk.risk_words import NOT_AVAILABLE, risk_in_figures
    from models.features import RISK_CATEGORIES

    if risk is None:
        say(NOT_AVAILABLE)
        return
    rows = list(risk_in_figures(risk.found, risk.verdict, set(RISK_CATEGORIES)).items())
    print_table(f"{name}: an injury in the next seven days", ("What", "Value"), rows)
