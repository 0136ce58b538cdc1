"""`models`: which league models this node uses and has received, what its gate said, and how they do since."""

from typing import TYPE_CHECKING, Any

import typer

from chassis.cli.console import print_json, print_table, say
from chassis.cli.options import AsJson
from client.commands.node_folder import NodeFolder
from client.commands.reporting import report

if TYPE_CHECKING:
    from client.adoption import Verdict
    from client.league_models.side_by_side import ModelVersions
    from client.learning.drift import Drift
    from client.settings import NodeSettings


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command()(models)


def models(folder: NodeFolder, as_json: AsJson = False) -> None:
    """List league models by kind: which is in use and since when, the newest received, the gate's figures, and drift.

    Drift is what the model in use errs in each month since, beside what its gate saw; the running node works it out
    when it judges, weekly. Nothing of fewer than three athletes is shown. On a linked node this is recorded first, as a
    look that is about no one athlete.

    Example: homefield-node models ./club-a --json
    """
    from audit.entries.details.clubs import OperatorLooked
    from audit.entries.details.codes import OperatorView
    from client.league_models.side_by_side import versions_in
    from client.settings import load_settings

    settings = load_settings(folder)
    report(settings, OperatorLooked(what=OperatorView.MODEL_ERRORS))
    found = versions_in(settings)
    if as_json:
        print_json("homefield-models-1", {"models": [_json(one) for one in found]})
        return
    if not found:
        say("No league model has been received or judged on this node yet.")
    for one in found:
        _show(settings, one)


def _json(found: "ModelVersions") -> dict[str, Any]:
    adoption = found.adoption
    at = None if adoption is None else adoption.verdict.judged
    return {
        "model": found.model,
        "in_use": None if found.in_use is None else found.in_use.model_id,
        "adopted": None if at is None else at.isoformat(),
        "adoption_day_known": adoption is not None and adoption.is_day_known,
        "gate_at_adoption": None if adoption is None else _gate_json(adoption.verdict),
        "gate_now": _gate_json(found.in_use),
        "drift": _drift_json(found),
        "newest_received": found.newest_id,
        "newest_gate": _gate_json(found.newest),
        "can_be_judged": found.can_judge,
    }


def _gate_json(verdict: "Verdict | None") -> dict[str, Any] | None:
    """What the gate said; what it found only where the days are of enough athletes."""
    from client.league_models.side_by_side import may_be_shown

    if verdict is None:
        return None
    found = {"judged_days": verdict.judged_days, "reasons": list(verdict.reasons), "figures": verdict.figures}
    shown = found if may_be_shown(verdict) else dict.fromkeys(found)
    return {"passed": verdict.adopted, "judged": verdict.judged and verdict.judged.isoformat(), **shown}


def _drift_json(found: "ModelVersions") -> dict[str, Any] | None:
    from client.learning.drift import finding_of

    if found.adoption is None or found.drift is None:
        return None
    finding = finding_of(found.adoption, found.drift)
    return {
        "state": finding.state.value,
        "gate": finding.gate,
        "limit": finding.limit,
        "worked_out": found.drift.worked_out.isoformat(),
        "months": [one.model_dump(mode="json") for one in found.drift.months],
    }


def _show(settings: "NodeSettings", found: "ModelVersions") -> None:
    from client.commands.status import version_lines
    from client.league_models.side_by_side import may_be_shown
    from client.learning.drift_words import since_words

    say(*version_lines(found))
    if found.in_use is None:
        return
    say(f"In use since: {since_words(found.adoption, settings.timezone)}.")
    if may_be_shown(found.in_use):
        rows = [(name, f"{value:.3f}") for name, value in found.in_use.figures.items()]
        print_table(f"{found.model} at the gate, on {found.in_use.judged_days:,} days", ("Figure", "Value"), rows)
    _show_drift(found)


def _show_drift(found: "ModelVersions") -> None:
    from client.learning.drift import DriftState, finding_of
    from client.learning.drift_words import ADVICE, NOT_WORKED_OUT, drift_words

    if found.adoption is None or found.drift is None:
        say(f"{NOT_WORKED_OUT}.")
        return
    finding = finding_of(found.adoption, found.drift)
    print_table(f"{found.model} month by month", ("Month", "Figure", "Own mean", "Days"), _rows(found.drift))
    say(drift_words(found.drift, finding), *([ADVICE] if finding.state is DriftState.LARGE else []))


def _rows(drift: "Drift") -> list[tuple[str, str, str, str]]:
    from client.learning.drift_words import month_words

    def shown(value: float | None) -> str:
        return "not shown" if value is None else f"{value:.3f}"

    return [
        (
            month_words(one.month, is_full=one.is_full),
            shown(one.figure),
            shown(one.own_mean),
            "not shown" if one.days is None else f"{one.days:,}",
        )
        for one in drift.months
    ]
