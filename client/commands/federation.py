"""`link`, `enrol` and `approve`: the node's place in the federation."""

import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chassis.cli.console import is_confirmed, print_json, print_table, say
from chassis.cli.next_steps import YOU, NextStep, say_next
from chassis.cli.options import AsJson, Yes
from chassis.clock import utc_now
from chassis.text import counted, listed, moment, plural, shortened
from client.commands.node_folder import NodeFolder
from client.errors import BadNodeSettings, ClientError, NotApproved
from policies.budget import campaign_cost, epsilon_of_campaign, rounded_up
from policies.errors import PolicyError

if TYPE_CHECKING:
    from client.federation.approval import Approvals
    from client.settings import NodeSettings
    from policies.campaign import CampaignManifest, SignedManifest


CA_FILE = "coordinator-ca.crt"
LARGEST_MANIFEST = 1024 * 1024


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command()(link)
    app.command()(enrol)
    app.command()(approve)


def link(
    folder: NodeFolder,
    consent: Annotated[str, typer.Option(help="Address of the consent service.")],
    service_key: Annotated[str, typer.Option(help="The consent service's key, as its operator gives it.")],
    coordinator: Annotated[
        str | None, typer.Option(help="Host and port of the league's Fleet API.", show_default=False)
    ] = None,
    ca: Annotated[
        Path | None, typer.Option(help="The coordinator's CA certificate (tls/ca.crt).", show_default=False)
    ] = None,
    league_key: Annotated[
        str | None, typer.Option(help="The league's key, as its operator gives it.", show_default=False)
    ] = None,
    without_wearables: Annotated[
        bool,
        typer.Option("--without-wearables", help="Compute readiness and load without wearables; the log keeps that."),
    ] = False,
) -> None:
    """Tell the node whom it works with. Keys are compared on every message from then on.

    A club in no league leaves the league's three options out: its athletes decide in the portal and its pages open all
    the same. Given again with them later, it is in the league; given without, the league that is set stays.

    Example: homefield-node link ./club-a --consent http://127.0.0.1:8600 --service-key KEY

    Example: homefield-node link ./club-a --consent http://127.0.0.1:8600 --service-key KEY --coordinator 127.0.0.1:9092
    --ca ./league/tls/ca.crt --league-key KEY
    """
    from client.settings import change_settings, load_settings

    settings = load_settings(folder)
    _check_key("--service-key", service_key)
    url, league = _checked_url(consent), _league_settings(settings, coordinator, ca, league_key)
    linked = change_settings(
        folder,
        consent_url=url,
        consent_service_key=service_key,
        without_wearables=without_wearables,
        **league,
    )
    say(f"{settings.name} is linked to {url} and {linked.coordinator or 'no league'}.")
    join = NextStep(YOU, "join the league", ["homefield-node", "league", "join", folder, "LEAGUE"])
    say_next(
        NextStep(YOU, "make the athletes known to the union", ["homefield-node", "enrol", folder]),
        *([join] if linked.coordinator else []),
        NextStep(YOU, "run the node", ["homefield-node", "run", folder, "--port", 8300]),
    )


def _league_settings(
    settings: "NodeSettings", coordinator: str | None, ca: Path | None, league_key: str | None
) -> dict[str, str | None]:
    """Return what of the settings is the league's, its certificate kept in the folder; nothing without a league."""
    if coordinator is None and ca is None and league_key is None:
        return {}
    if coordinator is None or ca is None or league_key is None:
        given = {"--coordinator": coordinator, "--ca": ca, "--league-key": league_key}
        missing = listed([name for name, value in given.items() if value is None])
        raise BadNodeSettings(
            f"expected --coordinator, --ca and --league-key together, or none of them, got no {missing}; "
            "the league's operator gives all three"
        )
    _check_key("--league-key", league_key)
    _check_address(coordinator)
    certificate, own = _read_certificate(ca), settings.directory.resolve() / CA_FILE
    own.write_bytes(certificate)
    return {
        "coordinator": coordinator,
        "ca_file": str(own),
        "league_key": league_key,
        "former_league_key": None,
    }


def _check_key(option: str, text: str) -> None:
    """Raise BadNodeSettings, naming the option, for what is no public key."""
    from policies.signing import VerifyKey

    try:
        VerifyKey.from_text(text)
    except PolicyError as error:
        raise BadNodeSettings(f"{option}: {error}; the operator of that program gives it") from error


def _checked_url(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise BadNodeSettings(f"expected an http or https address of the consent service, got {shortened(text)!r}")
    return text.rstrip("/")


def _check_address(text: str) -> None:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        got = f"got {shortened(text)!r}"
        raise BadNodeSettings(f'expected the coordinator as host and port, such as "127.0.0.1:9092", {got}')


def _read_certificate(path: Path) -> bytes:
    from cryptography import x509

    try:
        data = path.read_bytes()
        x509.load_pem_x509_certificate(data)
    except (OSError, ValueError) as error:
        raise BadNodeSettings(f"{path} is not a certificate in PEM form") from error
    return data


def enrol(folder: NodeFolder, as_json: AsJson = False) -> None:
    """Tell the consent service about this node's athletes, so that they can decide in the portal.

    Example: homefield-node enrol ./club-a
    """
    from client.consent_client import NodeConsentClient
    from client.settings import load_settings
    from client.vault.access import open_vault

    settings = load_settings(folder)
    with closing(NodeConsentClient.of(settings, clock=utc_now)) as consent:
        with open_vault(settings) as vault:
            athletes = vault.athletes()
        for one in athletes:
            consent.enrol(athlete=one.athlete, name=one.name, shirt_no=one.shirt_no, is_minor=one.is_minor)
    if as_json:
        print_json("homefield-enrol-1", {"enrolled": [one.athlete for one in athletes]})
    else:
        known = plural(len(athletes), "athlete is", "athletes are")
        say(f"{known} known to the consent service. Everything is off until they decide.")
        code = ["homefield-consent", "sign-in-code", "UNION-FOLDER", "ATHLETE"]
        say_next(NextStep("the union’s operator", "give each athlete a sign-in code, in person", code))


def approve(
    folder: NodeFolder,
    manifest: Annotated[Path, typer.Argument(help="The manifest file that the league sent.", show_default=False)],
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Show what a campaign would do and approve it in the club's name, over exactly these bytes.

    Example: homefield-node approve ./club-a ./manifest.json
    """
    from audit.entries.details.clubs import CampaignApproved
    from client.consent_client import NodeConsentClient
    from client.federation.identity import approvals_of
    from client.settings import load_settings

    settings = load_settings(folder)
    approvals, signed = approvals_of(settings), _read_manifest(manifest)
    found = _checked(approvals, signed, settings, at=utc_now())
    if not as_json:
        print_table(f"Campaign {found.campaign_id}", ("What", "Value"), describe(found, settings))
        if not yes and sys.stdin.isatty() and not is_confirmed(f"Approve it for {settings.name}?"):
            raise ClientError("nothing was approved")
    # The log first: an approval that nobody could see later is none.
    with closing(NodeConsentClient.of(settings, clock=utc_now)) as consent:
        consent.event(CampaignApproved(manifest=found.sha256, club=settings.club))
    approvals.approve(signed, settings.node_key(), now=utc_now())
    if as_json:
        values = {"sha256": found.sha256, "campaign_id": found.campaign_id, "club": settings.club}
        print_json("homefield-approve-1", values)
    else:
        say(f"Approved. Each round is checked against {found.sha256[:16]} and your athletes' consent.")


def _read_manifest(path: Path) -> "SignedManifest":
    from policies.campaign import parse_signed_manifest

    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadNodeSettings(f"cannot read the manifest {path}") from error
    if len(data) > LARGEST_MANIFEST:
        raise BadNodeSettings(f"{path} is too large to be a manifest")
    return parse_signed_manifest(data)


def _checked(
    approvals: "Approvals", signed: "SignedManifest", settings: "NodeSettings", *, at: datetime
) -> "CampaignManifest":
    from client.federation.approval import check_manifest, check_squad
    from client.federation.identity import fleet_key_line
    from client.vault.access import open_vault

    try:
        found = approvals.signed_by_league(signed)
    except PolicyError as error:
        raise NotApproved("the league did not sign this campaign") from error
    check_manifest(found, club=settings.club, fleet_key=fleet_key_line(settings), now=at)
    with open_vault(settings) as vault:
        check_squad(found, len(vault.athletes()))
    return found


def describe(manifest: "CampaignManifest", settings: "NodeSettings") -> list[tuple[str, str]]:
    """What a club analyst needs to know before approving: data, privacy, noise, time; names beside ids where known."""
    from client.federation.approval import MODEL_WORDS

    cost = campaign_cost(manifest.noise_multiplier, manifest.rounds)
    epsilon = rounded_up(epsilon_of_campaign(manifest))
    names: dict[str, str] = {settings.club: settings.name}
    categories = ", ".join(category.value.replace("_", " ") for category in manifest.categories)
    return [
        ("Model", _named(MODEL_WORDS.get(manifest.model), manifest.model)),
        ("Learns from", f"{categories}; only of athletes who let it"),
        ("Leaves this node", "one noisy sum of whole numbers per round, never a reading or a count"),
        ("Method", _method(manifest)),
        (
            "Privacy per athlete",
            f"ε ≤ {epsilon:.2f} at δ = {manifest.delta:g}, all rounds together ({cost:,} micro-rho)",
        ),
        ("Clip", f"{manifest.clip_norm:g}: the most that one athlete can move an answer"),
        ("Noise", f"{manifest.noise_multiplier:g} times the clip, all of it added by this club"),
        ("Clubs", ", ".join(_named(names.get(club), club) for club in sorted(manifest.clubs))),
        ("Open until", moment(manifest.expires)),
        ("Manifest", manifest.sha256),
    ]


def _named(name: str | None, known_as: str) -> str:
    return known_as if name is None else f"{name} ({known_as})"


def _method(manifest: "CampaignManifest") -> str:
    if manifest.exchange is None:
        return counted(manifest.rounds, "round") + " of gradient steps"
    return f"one exchange: {counted(manifest.exchange.axes, 'number')} along public axes, asked once"
