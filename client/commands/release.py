"""`propose`: put durability indices in front of their athletes."""

import secrets
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from chassis.cli.console import print_json, print_table, say, warn
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from chassis.text import shortened
from client.commands.node_folder import NodeFolder, find_athlete
from client.errors import ClientError
from policies.vocabulary import OrgId, Purpose

if TYPE_CHECKING:
    from client.release import ProposalResult


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command()(propose)


def propose(
    folder: NodeFolder,
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Last day on which it would be shown.")],
    recipient_org: Annotated[
        str | None, typer.Option(help="Whose front office would see it; your own club if not given.")
    ] = None,
    purpose: Annotated[
        str, typer.Option(help="squad_planning (at most a year) or contract (at most 30 days).")
    ] = Purpose.SQUAD_PLANNING.value,
    athlete: Annotated[
        str | None, typer.Option(help="One athlete's id, name or number; everyone if not given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Propose a durability index to athletes. Each sees the exact bytes and answers yes, no or later.

    Nobody at the club sees a figure. An athlete is asked at most every 28 days.

    Example: homefield-node propose ./club-a --recipient-org club-a --until 2027-02-28
    """
    from client.consent_client import NodeConsentClient
    from client.release import days_from, propose_all, recipient
    from client.settings import load_settings
    from client.vault.access import open_vault

    settings = load_settings(folder)
    local = utc_now().astimezone(settings.timezone)
    to = recipient(OrgId(recipient_org or settings.club), _purpose(purpose), until.date(), now=local)
    with open_vault(settings) as vault, closing(NodeConsentClient.of(settings)) as consent:
        chosen = vault.athletes() if athlete is None else [find_athlete(vault, athlete)]
        outcomes = propose_all(
            chosen,
            days=days_from(vault, until=local.date()),
            consent=consent,
            to=to,
            new_id=lambda: f"rel-{secrets.token_hex(8)}",
        )
        is_answered, address = consent.http.is_answered, consent.http.base_url
    _show(outcomes, as_json=as_json)
    if is_answered is False:
        unanswered = f"the consent service at {address} did not answer the last proposal"
        warn(f"note: {unanswered}; propose again once `homefield-node status` says that it answers")


def _purpose(text: str) -> Purpose:
    try:
        return Purpose(text)
    except ValueError as error:
        raise ClientError(f"expected the purpose squad_planning or contract, got {shortened(text)!r}") from error


def _show(outcomes: "list[ProposalResult]", *, as_json: bool) -> None:
    from client.release import ProposalStatus

    counts = {status.value: sum(o.status is status for o in outcomes) for status in ProposalStatus}
    if as_json:
        print_json("homefield-propose-1", {"counts": counts, "athletes": [_line(outcome) for outcome in outcomes]})
        return
    rows = [(str(o.athlete.shirt_no), o.athlete.name, o.status.value) for o in outcomes]
    print_table("Durability proposals", ("No", "Name", "Proposal"), rows)
    say(", ".join(f"{number} {status}" for status, number in counts.items()))


def _line(outcome: "ProposalResult") -> dict[str, str | None]:
    """One athlete: what became of the proposal, and the two fingerprints of what was proposed."""
    hashes = {"sha256": outcome.sha256, "bytes_sha256": outcome.bytes_sha256}
    return {"athlete": outcome.athlete.athlete, "status": outcome.status.value, **hashes}
