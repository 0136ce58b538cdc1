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
    from client.league_models.side_by_side import ModelVersions
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

    Says too which league model of each kind is in use, which is the newest received, and what was kept out and why.

    Asks the service one question that is about no athlete. Nothing is changed. Code 1 where it does not answer.

    Example: homefield-node status ./club-a
    """
    from client.league_models.side_by_side import versions_in
    from client.settings import load_settings

    settings = load_settings(folder)
    asked = None if settings.consent_url is None else _asked(settings)
    versions = versions_in(settings)
    if as_json:
        kept_out = [one.kept_out.model_dump(mode="json") for one in versions if one.kept_out is not None]
        told = {"models": [_version_json(one) for one in versions], "models_kept_out": kept_out}
        print_json("homefield-node-status-1", _as_json(settings, asked) | told)
    else:
        say(*_lines(settings, asked), *(line for one in versions for line in version_lines(one)))
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


def _version_json(found: "ModelVersions") -> dict[str, Any]:
    return {
        "model": found.model,
        "in_use": None if found.in_use is None else found.in_use.model_id,
        "newest_received": found.newest_id,
        "newest_passed": None if found.newest is None else found.newest.adopted,
    }


def version_lines(found: "ModelVersions") -> list[str]:
    """Which model of a kind is in use, which is the newest received, and what was kept out."""
    used = "none in use" if found.in_use is None else f"{found.in_use.model_id[:12]} in use"
    newest = "" if found.newest_id is None else f"; newest received {found.newest_id[:12]}, {_judged_words(found)}"
    kept, since = found.kept_out, "and what is in use stays"
    said = f"A model of {found.model} was kept out on {kept.at:%Y-%m-%d}, {since}: {kept.reason}." if kept else ""
    return [f"League model {found.model}: {used}{newest}.", *filter(None, [said])]


def _judged_words(found: "ModelVersions") -> str:
    if found.newest is None and not found.can_judge:
        return "not judged: it is a network, and the extra `networks` is not installed here"
    if found.newest is None:
        return "not judged here yet (`homefield-node adopt`)"
    return "passed here" if found.newest.adopted else "did not pass here"


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
