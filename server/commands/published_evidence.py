"""Evidence on published models, as `models list` and `models verify` show it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from chassis.cli.console import print_json, print_table, say
from chassis.cli.exit_codes import ExitCode
from chassis.text import moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.evidence.figures import EvidenceFigures
    from models.evidence.record import PooledEvidence
    from policies.signing import VerifyKey
    from server.registry_store import RegistryStore


def evidence_as_json(registry: "RegistryStore") -> list[dict[str, Any]]:
    """The newest evidence on each kind of model, for programs."""
    return [
        {
            "evidence_id": one.record.sha256,
            "judges": one.record.judges,
            "campaign": one.record.campaign,
            "registered": one.record.registered.isoformat(),
            **_figures_as_json(one.record.figures),
        }
        for one in registry.evidence.newest()
    ]


def say_evidence(registry: "RegistryStore") -> None:
    """The same in a terminal; nothing where there is none."""
    found = registry.evidence.newest()
    if not found:
        return
    rows = [
        (one.record.sha256[:16], one.record.judges[:16], moment(one.record.registered), _words(one.record.figures))
        for one in found
    ]
    print_table("Evidence pooled over the league", ("Evidence", "On model", "Registered", "What it says"), rows)


def is_evidence(record: Path) -> bool:
    """Whether a folder, or a record.json, holds an evidence record; False for one that cannot be read."""
    from models.registry import RECORD
    from server.verify_model import LARGEST_FILE

    path = record / RECORD if record.is_dir() else record
    try:
        if path.stat().st_size > LARGEST_FILE:
            return False
        body = json.loads(path.read_bytes())
        return isinstance(body["record"], dict) and "judges" in body["record"]
    except (OSError, ValueError, KeyError, TypeError):
        return False


def verify_evidence(record: Path, keys: "Sequence[VerifyKey]", *, as_json: bool) -> None:
    """Check an evidence record, say how it went, and end with code 1 where it is not proven."""
    from models.errors import ModelError
    from policies.errors import PolicyError
    from server.evidence_store import read_checked

    try:
        found = read_checked(record if record.is_dir() else record.parent, tuple(keys))
    except (ModelError, PolicyError) as error:
        _say_failed(str(error), as_json=as_json)
        raise typer.Exit(ExitCode.NOT_DONE) from error
    _say_proven(found, is_signed=bool(keys), as_json=as_json)


def _say_failed(why: str, *, as_json: bool) -> None:
    if as_json:
        print_json("homefield-evidence-verify-1", {"proven": False, "detail": why})
        return
    say(f"Not proven: {why}.")


def _say_proven(found: "PooledEvidence", *, is_signed: bool, as_json: bool) -> None:
    record = found.record
    if as_json:
        values = {"evidence_id": record.sha256, "judges": record.judges, "proven": True, "signature_checked": is_signed}
        print_json("homefield-evidence-verify-1", values | _figures_as_json(record.figures))
        return
    say(f"Evidence {record.sha256[:16]} on the model {record.judges[:16]}: {_words(record.figures)}.")
    signed = "signed by the key that was given" if is_signed else "the league's key was not given"
    say(f"The figures follow from the sum; {signed}.")


def _words(figures: "EvidenceFigures") -> str:
    parts = (("excess", figures.excess), ("comparable", figures.comparable), ("log loss", figures.difference))
    return ", ".join(f"{name} {one.value:.1f} ± {one.variance**0.5:.1f}" for name, one in parts)


def _figures_as_json(figures: "EvidenceFigures") -> dict[str, Any]:
    return figures.model_dump(mode="json")
