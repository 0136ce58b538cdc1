"""`init`, `node add`, `node list` and `staff-code`: the coordinator's folder and who may work with it."""

import re
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chassis.cli.console import print_json, print_table, say
from chassis.cli.next_steps import YOU, NextStep, say_next
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from chassis.files.create_file import create_durably
from chassis.files.secret_file import create_secret, create_seed
from server.commands.coordinator_folder import CoordinatorFolder, consent_of, database_of, serve_command, store_of
from server.errors import AlreadyExists, BadCoordinatorSettings, UnknownClub
from server.web.staff_role import StaffRole

if TYPE_CHECKING:
    from server.settings import CoordinatorSettings

nodes = typer.Typer(no_args_is_help=True, help="Enrol clubs' nodes and list them.")
CLUB_PATTERN = r"[a-z0-9][a-z0-9-]{1,63}"
LOOPBACK_NAMES = ("localhost", "127.0.0.1")


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command()(init)
    app.command()(link)
    app.add_typer(nodes, name="node")
    app.command("staff-code")(staff_code)


def init(
    folder: CoordinatorFolder,
    name: Annotated[str, typer.Option(help="The league's name as people say it.")],
    consent: Annotated[str, typer.Option(help="Address of the consent service, for instance http://127.0.0.1:8600.")],
    service_key: Annotated[str, typer.Option(help="The consent service's key, as its operator gives it.")],
    league: Annotated[str, typer.Option(help="The league's id in the federation.")] = "league",
    host: Annotated[
        list[str] | None,
        typer.Option(
            help="A name or address under which clubs reach the coordinator; repeatable. Only from this machine if "
            "left out; `renew-certificate --host` adds one later."
        ),
    ] = None,
    database: Annotated[
        str, typer.Option(help="postgresql+psycopg://… ; SQLite in the folder if left out.", show_default=False)
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Create a coordinator folder: settings, the league's key, and a certificate for the Fleet port.

    Example: homefield-server init ./league --name "Coast League" --consent http://127.0.0.1:8600 --service-key KEY
    --host fleet.league.example
    """
    from pydantic import ValidationError

    from chassis.names import read_name
    from policies.signing import SigningKey, VerifyKey
    from server.federation.tls import create_tls
    from server.settings import FILE_NAME, CoordinatorSettingsFile, write_settings
    from server.store import open_database

    if (folder / FILE_NAME).exists():
        raise AlreadyExists(
            f"{folder} is a coordinator folder already; nothing was changed. `renew-certificate --host` adds a name "
            "under which clubs reach it, `link` another consent service"
        )
    VerifyKey.from_text(service_key)
    try:
        name = read_name(name)
        stored = CoordinatorSettingsFile(
            league=league, name=name, consent_url=consent, consent_service_key=service_key, database=database
        )
    except ValidationError as error:
        raise BadCoordinatorSettings(
            "expected a league id, a name of 1 to 80 characters and an http address"
        ) from error
    tls = create_tls(name=name, hosts=[*LOOPBACK_NAMES, *(host or [])], now=utc_now())
    key = SigningKey.generate()
    create_seed(folder / "keys" / "league.key", key.seed)
    settings = write_settings(folder, stored)
    create_durably(settings.ca_file, tls.ca, mode=0o644)
    create_secret(settings.ca_key_file, tls.ca_key)
    create_durably(settings.fleet_certificate, tls.certificate, mode=0o644)
    create_secret(settings.tls / "server.key", tls.key)
    open_database(settings)
    public = {"league": league, "league_key": key.verify_key.text, "ca_file": str(settings.ca_file)}
    if as_json:
        print_json("homefield-server-init-1", public)
        return
    say(f"Created the coordinator of {name} in {folder}.")
    say(f"The league signs with the key of id {key.verify_key.key_id}: the union and every club compare it with you.")
    _say_who_is_next(folder, settings, key.verify_key.text, host or [])


def _say_who_is_next(folder: Path, settings: "CoordinatorSettings", league_key: str, hosts: list[str]) -> None:
    register_it = ["homefield-consent", "org", "add", "UNION-FOLDER", settings.league, "--name", settings.name]
    register_it += ["--kind", "league", "--key", league_key]
    link_it = ["homefield-node", "link", "CLUB-FOLDER", "--consent", settings.consent_url]
    link_it += ["--service-key", settings.service_key, "--coordinator", f"{hosts[0] if hosts else 'HOST'}:9092"]
    node_add = ["homefield-server", "node", "add", folder, "CLUB", "FLEET.PUB"]
    name_it = ["homefield-server", "renew-certificate", folder, "--host", "NAME"]
    reached = NextStep(YOU, "if a club is on another machine, name this one as clubs reach it", name_it)
    listen = ("--fleet-host", "0.0.0.0") if hosts else ()  # noqa: S104 - shown, and clubs come from outside
    say_next(
        *([] if hosts else [reached]),
        NextStep("the union’s operator", "register the league", register_it),
        NextStep(
            "every club’s operator",
            f"get {settings.ca_file} from you, and link the node",
            [*link_it, "--ca", "CA.CRT", "--league-key", league_key],
        ),
        NextStep(YOU, "let each club in that has joined", node_add),
        NextStep(YOU, "run the coordinator", serve_command(folder, *listen)),
    )


def link(
    folder: CoordinatorFolder,
    consent: Annotated[str, typer.Option(help="Address of the consent service.")],
    service_key: Annotated[str, typer.Option(help="The consent service's key, as its operator gives it.")],
    second_signer: Annotated[
        str | None,
        typer.Option(help="Who signs campaigns beside the league; the union if never set.", show_default=False),
    ] = None,
    second_key: Annotated[
        str | None, typer.Option(help="The second signer's key; the consent service's for the union.")
    ] = None,
) -> None:
    """Tell the coordinator which consent service it works with. Its requests are signed for this key and no other.

    Every campaign carries a second signature beside the league's: the union's, or that of the organisation named here.

    Example: homefield-server link ./league --consent http://127.0.0.1:8600 --service-key KEY
    """
    from policies.signing import VerifyKey
    from server.settings import change_consent_service

    VerifyKey.from_text(service_key)
    second = _second(second_signer, second_key)
    settings = change_consent_service(folder, url=consent, service_key=service_key, second=second)
    say(f"{settings.name} is linked to {consent}.")
    say_next(NextStep(YOU, "start the coordinator; one that runs is stopped first", serve_command(folder)))


def _second(name: str | None, key: str | None) -> tuple[str, str] | None:
    """Return who signs beside the league, with the key ("" for the consent service's); None to leave it as it is."""
    from policies.campaigns.signatures import USUAL_SECOND_SIGNER
    from policies.signing import VerifyKey

    if name is None and key is None:
        return None
    if name is None or (key is None and name != USUAL_SECOND_SIGNER):
        raise BadCoordinatorSettings("expected --second-signer and --second-key together; the union needs no key here")
    return name, VerifyKey.from_text(key).text if key else ""


@nodes.command()
def add(
    folder: CoordinatorFolder,
    club: Annotated[str, typer.Argument(help="The club's id, for instance club-a.", show_default=False)],
    public_key: Annotated[Path, typer.Argument(help="The node's keys/fleet.pub.", show_default=False)],
) -> None:
    """Let a club's node speak to the coordinator. A running coordinator notices within a second.

    The log comes first: the consent service must run, and know the league.

    Example: homefield-server node add ./league club-a ./club-a/keys/fleet.pub
    """
    from audit.entries.details.league import NodeAdded
    from models.masks.node_line import fingerprints
    from server.federation.fleet import read_fleet_key  # loads flwr, which most commands do not need
    from server.settings import load_settings

    if re.fullmatch(CLUB_PATTERN, club) is None:
        raise BadCoordinatorSettings("expected a club id of lower-case letters, digits and dashes")
    try:
        line = public_key.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadCoordinatorSettings(f"cannot read the public key in {public_key}") from error
    settings, key = load_settings(folder), read_fleet_key(line)
    store = store_of(settings)
    if store.is_new_node(club, key):
        with closing(consent_of(settings)) as consent:
            consent.event(NodeAdded(club=club, fleet_key=key))
        store.add_node(club, key)
    say(f"{club} may speak to the coordinator with this key; compare with `homefield-node keys` at the club:")
    for name, fingerprint in fingerprints(key):
        say(f"  {name}: fingerprint {fingerprint}")
    say_next(NextStep(YOU, "plan a campaign", ["homefield-server", "campaign", "plan", folder, "--help"]))


@nodes.command("list")
def list_nodes(folder: CoordinatorFolder, as_json: AsJson = False) -> None:
    """List enrolled nodes.

    Example: homefield-server node list ./league
    """
    from server.settings import load_settings

    found = store_of(load_settings(folder)).nodes()
    if as_json:
        rows = [{"club": n.club, "fleet_key": n.fleet_key, "enrolled_at": n.enrolled_at.isoformat()} for n in found]
        print_json("homefield-node-list-1", {"nodes": rows})
        return
    print_table(f"{len(found)} nodes", ("Club", "Enrolled"), [(n.club, f"{n.enrolled_at:%Y-%m-%d}") for n in found])


def staff_code(
    folder: CoordinatorFolder,
    person: Annotated[str, typer.Option(help="The person's name as the pages show it.")],
    role: Annotated[StaffRole, typer.Option(help="front_office or operator.")],
    club: Annotated[str, typer.Option(help="The club of a front office.")] = "",
    as_json: AsJson = False,
) -> None:
    """Print a code with which one person signs in once, within half an hour. The log comes first.

    Example: homefield-server staff-code ./league --person "T. W." --role front_office --club club-a
    """
    from audit.entries.details.codes import LeagueRole
    from audit.entries.details.league import LeagueCodeIssued
    from chassis.names import read_name
    from server.settings import load_settings
    from server.web.sign_in_rows import league_codes
    from server.web.staff import LeagueStaff

    settings = load_settings(folder)
    engine = database_of(settings)
    if club and club not in {node.club for node in store_of(settings).nodes()}:
        raise UnknownClub("there is no such club; see `homefield-server node list`")
    person = read_name(person)
    staff = LeagueStaff(person, role, club)
    issued = LeagueCodeIssued(person=person, role=LeagueRole(role.value), club=club)
    with closing(consent_of(settings)) as consent:
        consent.event(issued)
    code = league_codes(engine, clock=utc_now).issue(staff.key)
    if as_json:
        values = {"code": code.code, "expires": code.expires.isoformat(timespec="seconds")}
        print_json("homefield-server-staff-code-1", {"person": person, "role": role.value, "club": club} | values)
        return
    of_club = f" of {club}" if club else ""
    say(code.code, f"Works once, until {code.expires:%H:%M} UTC, for {role.value} {person}{of_club}.")
    say_next(NextStep(YOU, "hand over the code in person"), NextStep(person, "sign in with it at the league’s pages"))
