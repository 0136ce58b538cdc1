"""`campaign list`, `show`, `approve`, `reject` and `revoke`: what a league asks, and what the club decides about it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chassis.cli.console import is_agreed, print_json, print_table, say, warn
from chassis.cli.given_file import read_given
from chassis.cli.next_steps import YOU, NextStep, say_next
from chassis.cli.options import AsJson, Yes
from chassis.clock import utc_now
from chassis.text import counted, moment
from client.commands.node_folder import NodeFolder
from client.commands.reporting import report, reporting_anyway
from client.errors import ClientError, NotApproved

if TYPE_CHECKING:
    from client.campaigns.known_campaigns import KnownCampaign, KnownCampaigns
    from client.settings import NodeSettings
    from policies.campaign import CampaignManifest, SignedManifest

campaigns = typer.Typer(no_args_is_help=True, help="What a league asks: see it, approve it, reject it, revoke it.")
CampaignArgument = Annotated[
    str, typer.Argument(help="The manifest file that the league sent, or a campaign's id or hash.", show_default=False)
]
LARGEST_MANIFEST = 1024 * 1024
NOTHING = "No message of it is answered, and nobody pays for it."
FURTHER = "No further message of it is answered, and nobody pays anything further for it; what rounds used stays used."


def register(app: typer.Typer) -> None:
    """Add `campaign` and its commands to the program."""
    app.add_typer(campaigns, name="campaign")


@campaigns.command("list")
def list_(folder: NodeFolder, as_json: AsJson = False) -> None:
    """List every campaign that this node was shown, the newest first, with what the club decided.

    Example: homefield-node campaign list ./club-a
    """
    from client.campaigns.course import NOT_TOLD, state_of
    from client.campaigns.known_campaigns import known_campaigns
    from client.settings import load_settings

    settings = load_settings(folder)
    found = known_campaigns(settings).every(utc_now())
    if as_json:
        print_json("homefield-node-campaign-list-1", {"campaigns": [_as_json(one, settings) for one in found]})
        return
    rows = [
        (asked.campaign_id, asked.model, state_of(settings, one), moment(asked.expires), one.problem)
        for asked, one in ((one.manifest, one) for one in found)
    ]
    print_table(counted(len(found), "campaign"), ("Campaign", "Model", "State", "Open until", "Why not"), rows)
    if any(row[2] == "approved" for row in rows):
        say(f"Approved: as far as this node knows. {NOT_TOLD}.")


@campaigns.command()
def show(folder: NodeFolder, campaign: CampaignArgument, as_json: AsJson = False) -> None:
    """Show what a campaign would do. A file that both organisations signed is kept, so that list and pages have it.

    Nothing is approved by that, and nothing is sent.

    Example: homefield-node campaign show ./club-a ./manifest.json
    """
    from client.campaigns.course import NOT_TOLD, course_of
    from client.settings import load_settings

    settings = load_settings(folder)
    found = _found(settings, campaign)
    course = course_of(settings, found.manifest)
    if as_json:
        more = {"rounds_answered": sorted(course.answered), "signed": found.signed.as_json()}
        print_json("homefield-node-campaign-show-1", _as_json(found, settings) | more)
        return
    _show(found, settings)
    state = ", ".join(filter(None, (found.status.value, course.words)))
    not_told = NOT_TOLD if found.status.value == "approved" and not course.done else ""
    say(f"State: {state}." + "".join(f" {said}." for said in (found.problem, not_told) if said))
    if found.status.value == "waiting":
        _say_what_stands_against(settings, found.manifest)
        verbs = [(verb, ["homefield-node", "campaign", verb, folder, campaign]) for verb in ("approve", "reject")]
        say_next(*(NextStep(YOU, f"{verb} it, if that is what the club decides", line) for verb, line in verbs))


def _say_what_stands_against(settings: "NodeSettings", manifest: "CampaignManifest") -> None:
    from client.federation.approval import check_squad
    from client.vault.access import open_vault

    try:
        with open_vault(settings) as vault:
            check_squad(manifest, len(vault.athletes()), club=settings.club)
    except NotApproved as error:
        say(f"It cannot be approved here: {error}.")


@campaigns.command()
def approve(folder: NodeFolder, campaign: CampaignArgument, yes: Yes = False, as_json: AsJson = False) -> None:
    """Show what a campaign would do and approve it in the club's name, over exactly these bytes.

    Where the club has approved it before, nothing is asked, logged or changed.

    Example: homefield-node campaign approve ./club-a ./manifest.json
    """
    from audit.entries.details.clubs import CampaignApproved
    from client.consent_client import NodeConsentClient
    from client.settings import load_settings

    settings = load_settings(folder)
    signed = _signed(settings, campaign)
    known = _checked(settings, signed)
    found = signed.manifest
    is_new = not _is_approved(known, found.sha256)
    if not as_json:
        print_table(f"Campaign {found.campaign_id}", ("What", "Value"), describe(found, settings))
    if is_new:
        if not is_agreed(f"Approve it for {settings.name}?", yes=yes, as_json=as_json):
            raise ClientError("nothing was approved")
        # The log first: an approval that nobody could see later is none.
        with closing(NodeConsentClient.of(settings, clock=utc_now)) as consent:
            consent.event(CampaignApproved(manifest=found.sha256, club=settings.club))
        known.approvals.approve(signed, settings.node_key(), now=utc_now())
    if as_json:
        values = {"sha256": found.sha256, "campaign_id": found.campaign_id, "club": settings.club}
        print_json("homefield-campaign-approve-1", values)
    else:
        done = "Approved" if is_new else "Approved before; nothing was changed"
        say(f"{done}. Each round is checked against {found.sha256[:16]} and your athletes' consent.")


def _is_approved(known: "KnownCampaigns", sha256: str) -> bool:
    try:
        known.approvals.approved(sha256)
    except NotApproved:
        return False
    return True


@campaigns.command()
def reject(folder: NodeFolder, campaign: CampaignArgument, yes: Yes = False, as_json: AsJson = False) -> None:
    """Reject a campaign that the club has not approved, for good. Nothing is computed, reserved or paid for it.

    Example: homefield-node campaign reject ./club-a ./manifest.json
    """
    from audit.entries.details.clubs import CampaignRefused
    from audit.entries.details.codes import CampaignRefusal
    from client.campaigns.known_campaigns import known_campaigns
    from client.federation.decided.decisions import Against
    from client.settings import load_settings

    settings = load_settings(folder)
    signed = _signed(settings, campaign)
    known, found = known_campaigns(settings), signed.manifest
    with _logging_refusals(settings, signed):  # but not what makes it unfit here: that is a reason to reject it
        known.approvals.signed_by_both(signed)
    known.decisions.check(found.sha256)
    if known.approvals.has_file(found.sha256):
        raise ClientError("expected a campaign that is not approved; `homefield-node campaign revoke` ends an approval")
    _confirm(f"Reject {found.campaign_id} for {settings.name}, for good?", yes=yes, as_json=as_json)
    report(settings, CampaignRefused(manifest=found.sha256, reason=CampaignRefusal.REJECTED))
    known.decisions.keep(signed, Against.REJECTED, settings.node_key(), now=utc_now())
    _say_decided(settings, known.find(found.sha256, utc_now()), "reject", NOTHING, as_json=as_json)


@campaigns.command()
def revoke(folder: NodeFolder, campaign: CampaignArgument, yes: Yes = False, as_json: AsJson = False) -> None:
    """Revoke an approval, for good: no further round is answered, and what no round has used is given back.

    It holds here at once, whether the consent service answers or not; give the command again if the log lacks it.

    Example: homefield-node campaign revoke ./club-a recovery-20261123-1
    """
    from audit.entries.details.clubs import CampaignRefused
    from audit.entries.details.codes import CampaignRefusal
    from client.campaigns.known_campaigns import known_campaigns
    from client.federation.decided.decisions import Against
    from client.settings import load_settings

    settings = load_settings(folder)
    signed, known = _signed(settings, campaign), known_campaigns(settings)
    found = signed.manifest
    if not known.approvals.has_file(found.sha256):
        raise ClientError("expected a campaign that the club approved; `homefield-node campaign reject` is for others")
    _confirm(f"Revoke the approval of {found.campaign_id} for {settings.name}, for good?", yes=yes, as_json=as_json)
    with reporting_anyway(settings, CampaignRefused(manifest=found.sha256, reason=CampaignRefusal.REVOKED)):
        known.decisions.keep(signed, Against.REVOKED, settings.node_key(), now=utc_now())
    _say_decided(settings, known.find(found.sha256, utc_now()), "revoke", FURTHER, as_json=as_json)


def _say_decided(settings: "NodeSettings", known: "KnownCampaign", verb: str, then: str, *, as_json: bool) -> None:
    if as_json:
        print_json(f"homefield-campaign-{verb}-1", _as_json(known, settings))
        return
    say(f"{known.manifest.campaign_id} is {known.status.value}. {then}")


def _confirm(question: str, *, yes: bool, as_json: bool) -> None:
    if not is_agreed(question, yes=yes, as_json=as_json):
        raise ClientError("nothing was changed")


def _found(settings: "NodeSettings", campaign: str) -> "KnownCampaign":
    from client.campaigns.known_campaigns import known_campaigns

    known = known_campaigns(settings)
    if not Path(campaign).is_file():
        return known.find(campaign, utc_now())
    signed = _read_manifest(Path(campaign))
    with _logging_refusals(settings, signed):
        return known.show(signed, now=utc_now())


def _signed(settings: "NodeSettings", campaign: str) -> "SignedManifest":
    from client.campaigns.known_campaigns import known_campaigns

    known = known_campaigns(settings)
    if Path(campaign).is_file():
        return _read_manifest(Path(campaign))
    return known.find(campaign, utc_now()).signed


def _checked(settings: "NodeSettings", signed: "SignedManifest") -> "KnownCampaigns":
    """Return the node's campaigns if nothing stands against this one; a refusal is logged, and raised."""
    from client.campaigns.known_campaigns import known_campaigns
    from client.federation.approval import check_squad
    from client.vault.access import open_vault

    known = known_campaigns(settings)
    approvals = known.approvals
    with _logging_refusals(settings, signed):
        found = approvals.signed_by_both(signed)
        approvals.check_not_ended(found.sha256)
        approvals.check_fits(found, now=utc_now())
        with open_vault(settings) as vault:
            check_squad(found, len(vault.athletes()), club=settings.club)
    known.decisions.check(found.sha256)
    return known


def _show(known: "KnownCampaign", settings: "NodeSettings") -> None:
    from client.campaigns.course import course_of
    from client.campaigns.season_words import exchange_rows

    by = " and ".join(one.organisation for one in known.signed.signatures)
    course = course_of(settings, known.manifest)
    exchanges = exchange_rows(known.manifest, course, now=utc_now(), zone=settings.timezone)
    rows = [*describe(known.manifest, settings), *exchanges, ("Signed by", by)]
    print_table(f"Campaign {known.manifest.campaign_id}", ("What", "Value"), rows)


def _as_json(known: "KnownCampaign", settings: "NodeSettings") -> dict[str, Any]:
    from client.campaigns.course import state_of
    from policies.campaigns.cost import cost_of, terms_as_json, year_as_json

    manifest = known.manifest
    return {
        "campaign_id": manifest.campaign_id,
        "sha256": manifest.sha256,
        "league": manifest.league,
        "model": manifest.model,
        "state": state_of(settings, known),
        "problem": known.problem,
        "signed_by": [one.organisation for one in known.signed.signatures],
        **terms_as_json(manifest),
        "year": year_as_json(cost_of(manifest)),
        "opens": manifest.opens.isoformat(),
        "expires": manifest.expires.isoformat(),
    }


@contextmanager
def _logging_refusals(settings: "NodeSettings", signed: "SignedManifest") -> Iterator[None]:
    """Have the public log told of what stands against a campaign, and go on with the refusal."""
    try:
        yield
    except NotApproved as error:
        _log_refusal(settings, signed, error)
        raise


def _log_refusal(settings: "NodeSettings", signed: "SignedManifest", error: NotApproved) -> None:
    from client.consent_client import NodeConsentClient
    from client.federation.refusals import log_refusal

    with closing(NodeConsentClient.of(settings, clock=utc_now)) as consent:
        if not log_refusal(signed.manifest.sha256, error, event=consent.event):
            warn("note: the public log does not say yet that this campaign was refused")


def _read_manifest(path: Path) -> "SignedManifest":
    from policies.campaign import parse_signed_manifest

    return parse_signed_manifest(read_given(path, "a manifest", at_most=LARGEST_MANIFEST))


def describe(manifest: "CampaignManifest", settings: "NodeSettings") -> list[tuple[str, str]]:
    """What a club analyst needs to know before approving: data, privacy, noise, time; names beside ids where known."""
    from client.federation.approval import MODEL_WORDS
    from policies.campaigns.cost import cost_of, number_in_words, year_in_words
    from policies.campaigns.masks import masks_in_words
    from policies.campaigns.season_cost import season_in_words
    from policies.campaigns.squads import squads_at_club

    cost = cost_of(manifest)
    names: dict[str, str] = {settings.club: settings.name}
    categories = ", ".join(category.value.replace("_", " ") for category in manifest.categories)
    return [
        ("Model", _named(MODEL_WORDS.get(manifest.model), manifest.model)),
        ("Learns from" if manifest.evidence is None else "Judges on", f"{categories}; only of athletes who let it"),
        ("Leaves this node", "one noisy sum of whole numbers per round, never a reading or a count"),
        ("Method", _method(manifest)),
        (
            "Privacy per athlete",
            f"ε ≤ {cost.epsilon:.2f} at δ = {cost.delta:g}, all rounds together ({cost.micro_rho:,} micro-rho)",
        ),
        *season_in_words(manifest),
        *year_in_words(cost),
        ("Public number N", number_in_words(manifest)),
        ("Clip", f"{manifest.clip_norm:g}: the most that one athlete can move an answer"),
        *squads_at_club(manifest, settings.club),
        ("Noise", f"{manifest.noise_multiplier:g} times the clip, all of it added by this club"),
        ("Masks", masks_in_words(manifest)),
        ("Clubs", ", ".join(_named(names.get(club), club) for club in sorted(manifest.clubs))),
        ("Open until", moment(manifest.expires)),
        ("Manifest", manifest.sha256),
    ]


def _named(name: str | None, known_as: str) -> str:
    return known_as if name is None else f"{name} ({known_as})"


def _method(manifest: "CampaignManifest") -> str:
    if manifest.evidence is not None:
        return (
            f"three numbers, asked once: how many pairs of days the model {manifest.evidence.record[:16]} put in the "
            "right order, and how well it told them; no day and no injury leaves, and nothing is learnt"
        )
    if manifest.exchange is None:
        return counted(manifest.rounds, "round") + " of gradient steps"
    asked = f"{counted(manifest.exchange.axes, 'number')} along public axes"
    if manifest.exchange.season is not None:
        return f"{manifest.rounds} exchanges: {asked}, asked once in each"
    return f"one exchange: {asked}, asked once"
