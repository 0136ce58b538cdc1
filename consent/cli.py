"""homefield-consent: set up and run the athletes' side's consent service."""

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from sqlmodel import Session

from audit.errors import AuditError
from audit.program import run_program
from audit.web.serving import serve_app
from consent.app import build_app
from consent.errors import ConsentError, InvalidSettings
from consent.identity import codes
from consent.keys import create_keys, read_keys
from consent.opening import Service, log_signer, open_beside, open_service
from consent.settings import SETTINGS_FILE, Settings, make_settings, read_settings, write_settings
from consent.store import ConsentStore
from consent.views import OrgKind
from policies.errors import PolicyError
from policies.signing import VerifyKey
from policies.vocabulary import AthleteId, OrgId

app = typer.Typer(
    help="The consent service: athletes' choices, the privacy ledger and the public log. Run by the athletes' side.",
    epilog='Begin with: homefield-consent init union --name "Coast Players’ Union"',
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
org_app = typer.Typer(help="Organisations that may ask: clubs, the league, the governing body.", no_args_is_help=True)
athlete_app = typer.Typer(help="Athletes, as their clubs enrolled them.", no_args_is_help=True)
app.add_typer(org_app, name="org")
app.add_typer(athlete_app, name="athlete")

Directory = Annotated[Path, typer.Argument(metavar="DIR", help="The service's own folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def now() -> datetime:
    """The system's clock, in UTC."""
    return datetime.now(UTC)


@app.command()
def init(
    directory: Directory,
    name: Annotated[str, typer.Option(help="Who runs it, as athletes read it.")] = "Players’ Union",
    database: Annotated[str, typer.Option(help="postgresql+psycopg://… ; SQLite in DIR if left out.")] = "",
    log_origin: Annotated[str, typer.Option(help="The public log's name.")] = "log.homefield.example/consent",
    agreement: Annotated[str, typer.Option(help="Rule pack: open, eu-default, nba-2023 or nfl-2020.")] = "open",
    publish_every: Annotated[int, typer.Option(help="Seconds between publications, counted from 06:00 UTC.")] = 86_400,
    as_json: AsJson = False,
) -> None:
    """Set up a new service: settings, keys, database and an empty log.

    Example: homefield-consent init union --name "Coast Players' Union"
    """
    if (directory / SETTINGS_FILE).exists():
        raise InvalidSettings(f"{directory} already holds a consent service; nothing was changed")
    if directory.exists() and any(directory.iterdir()):
        raise InvalidSettings(f"{directory} is not empty; a consent service needs a folder of its own")
    settings = make_settings(
        {
            "directory": directory.resolve(),
            "name": name,
            "database": database,
            "log_origin": log_origin,
            "agreement": agreement,
            "publish_every_s": publish_every,
        }
    )
    with _all_or_nothing(directory):
        create_keys(settings.keys_directory)
        open_service(settings, clock=now).close()
        write_settings(settings)
    _print(_public_keys(settings), as_json=as_json)


@app.command()
def keys(directory: Directory, as_json: AsJson = False) -> None:
    """Show the public keys that clubs, the league and auditors need.

    Example: homefield-consent keys union --json
    """
    _print(_public_keys(read_settings(directory.resolve())), as_json=as_json)


@app.command()
def status(directory: Directory, as_json: AsJson = False) -> None:
    """Show counts: organisations, athletes, campaigns, log entries. No names.

    Example: homefield-consent status union --json
    """
    with _beside(directory) as store:
        counts = store.status()
    fields = ("orgs", "athletes", "campaigns", "log_size", "log_origin", "policy_hash")
    _print({field: getattr(counts, field) for field in fields}, as_json=as_json)


@app.command("sign-in-code")
def sign_in_code(
    directory: Directory,
    athlete: Annotated[str, typer.Argument(help="The athlete's id, as `athlete list` shows it.")],
    as_json: AsJson = False,
) -> None:
    """Give an athlete at the desk a code that opens one session, once, within half an hour.

    Example: homefield-consent sign-in-code union ath-0123456789abcdef
    """
    settings = read_settings(directory.resolve())
    keys, (engine, _) = read_keys(settings.keys_directory), open_beside(settings, clock=now)
    try:
        with Session(engine.execution_options(is_writer=True)) as session:
            code, expires = codes.create(session, AthleteId(athlete), key=keys.codes, now=now())
            session.commit()
    finally:
        engine.dispose()
    _print({"code": code, "expires": expires.isoformat(timespec="seconds")}, as_json=as_json)


@app.command()
def serve(
    directory: Directory,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8600,
    demo: Annotated[
        bool, typer.Option("--demo", help="One-click personas; loopback only, never for real use.")
    ] = False,
) -> None:
    """Run the interface, the portal and the public log until told to stop.

    Example: homefield-consent serve union --port 8600
    """
    settings = read_settings(directory.resolve(), host=host, port=port, demo=demo)
    settings.refuse_unsafe()
    if demo:
        print("warning: demo mode; anyone on this machine can sign in as any athlete", file=sys.stderr)
    serve_app(build_app(settings, clock=now), host=host, port=port, only_loopback_names=demo)


@org_app.command("add")
def org_add(
    directory: Directory,
    org: Annotated[str, typer.Argument(help="Identifier, such as club-a.")],
    name: Annotated[str, typer.Option(help="Name, as athletes read it.")],
    kind: Annotated[OrgKind, typer.Option(help="What it is.")],
    key: Annotated[str, typer.Option(help="Its public key (base64), which signs its requests.")],
) -> None:
    """Register an organisation, or change its name and key. Stop the service first: the log has one writer.

    Example: homefield-consent org add union club-a --name "Eastmere FC" --kind club --key BASE64
    """
    if not OrgId(org).replace("-", "").isalnum() or not 2 <= len(org) <= 64 or org != org.lower():
        raise InvalidSettings("expected an identifier of lower-case letters, digits and hyphens")
    with _writing(directory) as service:
        service.store.add_org(OrgId(org), name=name, kind=kind, key=VerifyKey.from_text(key))


@org_app.command("list")
def org_list(directory: Directory, as_json: AsJson = False) -> None:
    """List the registered organisations.

    Example: homefield-consent org list union
    """
    with _beside(directory) as store:
        rows = [
            {"org": org.org_id, "name": org.name, "kind": org.kind.value, "key": org.key.text if org.key else ""}
            for org in store.orgs()
        ]
    _print_rows(rows, as_json=as_json)


@athlete_app.command("list")
def athlete_list(
    directory: Directory,
    club: Annotated[str, typer.Option(help="Only this club's.")] = "",
    as_json: AsJson = False,
) -> None:
    """List enrolled athletes.

    Example: homefield-consent athlete list union --club club-a --json
    """
    with _beside(directory) as store:
        rows = [
            {"athlete": m.athlete, "club": m.club, "shirt_no": m.shirt_no, "name": m.name, "is_minor": m.is_minor}
            for m in store.members(OrgId(club) if club else None)
        ]
    _print_rows(rows, as_json=as_json)


@contextmanager
def _all_or_nothing(directory: Path) -> Iterator[None]:
    """Make `directory`, which is new or empty; when the block fails, nothing stays that would stop a second try."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise


def _public_keys(settings: Settings) -> dict[str, Any]:
    keys = read_keys(settings.keys_directory)
    return {
        "service_key": keys.service.verify_key.text,
        "log_vkey": log_signer(settings, keys).vkey,
        "log_origin": settings.log_origin,
        "log_directory": str(settings.log_directory),
    }


@contextmanager
def _beside(directory: Path) -> Iterator[ConsentStore]:
    engine, store = open_beside(read_settings(directory.resolve()), clock=now)
    try:
        yield store
    finally:
        engine.dispose()


@contextmanager
def _writing(directory: Path) -> Iterator[Service]:
    service = open_service(read_settings(directory.resolve()), clock=now)
    try:
        yield service
    finally:
        service.close()


def _print(values: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(values, indent=2))
        return
    for field, value in values.items():
        Console(soft_wrap=True, highlight=False).print(f"{field.replace('_', ' ')}: {value}", markup=False)


def _print_rows(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    table = Table(*(rows[0] if rows else ["nothing yet"]))
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    Console().print(table)


def main() -> None:
    """Run the program; every error of ours is one sentence on stderr and exit code 1."""
    run_program(app, expected=(ConsentError, AuditError, PolicyError), prefix="homefield-consent")
