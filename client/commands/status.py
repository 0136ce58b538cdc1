"""`status`: whom this node is linked to, and whether the consent service answers it now."""

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from chassis.cli.console import print_json, say
from chassis.cli.exit_codes import ExitCode
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from client.commands.node_folder import NodeFolder

if TYPE_CHECKING:
    from client.consent_client import JoinableLeague
    from client.league_models.chain import KeptOutModel
    from client.settings import NodeSettings


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command()(status)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What came of a question to the consent service. problem: "" where it answered; skew_s: our clock minus its."""

    leagues: "tuple[JoinableLeague, ...]" = ()
    problem: str = ""
    skew_s: float | None = None


def status(folder: NodeFolder, as_json: AsJson = False) -> None:
    """Show whom this node is linked to, whether the consent service takes its requests now, and the club's leagues.

    Says too which of the league's models was kept out since one was taken, and why.

    Asks the service one question that is about no athlete. Nothing is changed. Code 1 where it does not answer.

    Example: homefield-node status ./club-a
    """
    from client.settings import load_settings

    settings = load_settings(folder)
    asked = None if settings.consent_url is None else _asked(settings)
    kept_out = _kept_out(settings)
    if as_json:
        told = [one.model_dump(mode="json") for one in kept_out]
        print_json("homefield-node-status-1", _as_json(settings, asked) | {"models_kept_out": told})
    else:
        say(*_lines(settings, asked), *map(_kept_out_words, kept_out))
    if asked is not None and asked.problem:
        raise typer.Exit(ExitCode.NOT_DONE)


def _asked(settings: "NodeSettings") -> _Asked:
    from client.consent_client import NodeConsentClient
    from client.errors import ConsentUnavailable

    with closing(NodeConsentClient.of(settings, clock=utc_now)) as consent:
        try:
            leagues, problem = consent.leagues(), ""
        except ConsentUnavailable as error:
            leagues, problem = (), error.what
        skew = consent.http.skew
    joined = tuple(one for one in leagues if one.joined is not None)
    return _Asked(joined, problem, None if skew is None else round(skew.total_seconds(), 1))


def _kept_out(settings: "NodeSettings") -> "list[KeptOutModel]":
    """What of the league's models was kept out since one was taken."""
    from client.league_models.chain import ModelChain
    from models.features import SCHEMAS

    chain = ModelChain(settings.received, settings.league_keys() if settings.league_key else ())
    return [found for model in sorted(SCHEMAS) if (found := chain.kept_out(model)) is not None]


def _kept_out_words(found: "KeptOutModel") -> str:
    return f"A model of {found.model} was kept out on {found.at:%Y-%m-%d}, and the one in use stays: {found.reason}."


def _as_json(settings: "NodeSettings", asked: _Asked | None) -> dict[str, Any]:
    leagues = () if asked is None else asked.leagues
    return {
        "club": settings.club,
        "name": settings.name,
        "key_id": settings.node_key().verify_key.key_id,
        "consent": settings.consent_url,
        "consent_answers": None if asked is None else not asked.problem,
        "consent_problem": None if asked is None else asked.problem or None,
        "clock_skew_s": None if asked is None else asked.skew_s,
        "coordinator": settings.coordinator,
        "leagues": [{"league": one.league, "name": one.name} for one in leagues],
    }


def _lines(settings: "NodeSettings", asked: _Asked | None) -> list[str]:
    club = f"{settings.name} ({settings.club}), signing with the key {settings.node_key().verify_key.key_id}."
    coordinator = f"Linked to the league's coordinator {settings.coordinator}." if settings.coordinator else ""
    if asked is None:
        return [club, "Linked to no consent service; `homefield-node link` does that."]
    if asked.problem:
        said = f"{asked.problem[0].upper()}{asked.problem[1:]}. What this node holds is untouched."
        return [club, said, *filter(None, [coordinator])]
    is_off = asked.skew_s is not None and abs(asked.skew_s) >= 1
    skew = f"; this node's clock is {asked.skew_s:+.0f} s from its" if is_off else ""
    leagues = ", ".join(f"{one.name} ({one.league})" for one in asked.leagues) or "none; `league join` joins one"
    answers = f"The consent service at {settings.consent_url} takes this node's requests{skew}."
    return [club, answers, f"In the leagues: {leagues}.", coordinator or "Linked to no league's coordinator."]
