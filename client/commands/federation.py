"""`link` and `enrol`: the node's place in the federation."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chassis.cli.console import print_json, say
from chassis.cli.next_steps import YOU, NextStep, say_next
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from chassis.text import listed, plural, shortened
from client.commands.node_folder import NodeFolder
from client.errors import BadNodeSettings
from policies.errors import PolicyError

if TYPE_CHECKING:
    from client.settings import NodeSettings


CA_FILE = "coordinator-ca.crt"


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command()(link)
    app.command()(enrol)


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
    second_signer: Annotated[
        str | None,
        typer.Option(help="Who signs campaigns beside the league; the union if never set.", show_default=False),
    ] = None,
    second_key: Annotated[
        str | None, typer.Option(help="The second signer's key; the union's is the service key.", show_default=False)
    ] = None,
    portal: Annotated[
        str | None,
        typer.Option(
            help="Where browsers open the portal, if not at --consent: its forms bring athletes here.",
            show_default=False,
        ),
    ] = None,
    without_wearables: Annotated[
        bool,
        typer.Option("--without-wearables", help="Compute readiness and load without wearables; the log keeps that."),
    ] = False,
) -> None:
    """Tell the node whom it works with. Keys are compared on every message from then on.

    A club in no league leaves the league's three options out: its athletes decide in the portal and its pages open all
    the same. Given again with them later, it is in the league; given without, the league that is set stays.

    No campaign runs here that a second organisation has not signed beside the league: the union, or the one that is
    named with its key.

    Example: homefield-node link ./club-a --consent http://127.0.0.1:8600 --service-key KEY

    Example: homefield-node link ./club-a --consent http://127.0.0.1:8600 --service-key KEY --coordinator 127.0.0.1:9092
    --ca ./league/tls/ca.crt --league-key KEY
    """
    from client.settings import change_settings, load_settings
    from policies.signing import VerifyKey

    settings = load_settings(folder)
    _check_key("--service-key", service_key)
    url, league = _checked_url(consent), _league_settings(settings, coordinator, ca, league_key)
    second = _second_settings(second_signer, second_key)
    linked = change_settings(
        folder,
        consent_url=url,
        consent_service_key=service_key,
        portal_url=None if portal is None else _checked_url(portal),
        without_wearables=without_wearables,
        **league,
        **second,
    )
    say(f"{settings.name} is linked to {url} and {linked.coordinator or 'no league'}.")
    if linked.league_key is not None:
        key_id = VerifyKey.from_text(linked.league_key).key_id
        say(f"The league’s key has the id {key_id}; compare it with what the league’s operator says.")
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


def _second_settings(name: str | None, key: str | None) -> dict[str, str | None]:
    """Return what of the settings is the second signer's; nothing where neither is given."""
    from policies.campaigns.signatures import USUAL_SECOND_SIGNER

    if name is None and key is None:
        return {}
    if name is None or (key is None and name != USUAL_SECOND_SIGNER):
        raise BadNodeSettings("expected --second-signer and --second-key together; the union needs no key here")
    if key is not None:
        _check_key("--second-key", key)
    return {"second_signer": name, "second_signer_key": key, "former_second_signer_key": None}


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
