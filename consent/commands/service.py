"""Commands about the service itself: set it up, show its keys and its state, run it."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chassis.cli.console import print_values, say, warn
from chassis.cli.next_steps import YOU, NextStep, say_next
from chassis.cli.operator_options import (
    LogFormatOption,
    LogLevelOption,
    MetricsHost,
    MetricsPort,
    begin_log,
    say_operator_address,
)
from chassis.cli.options import AsJson, Demo, Proxies, PublicUrl
from chassis.clock import utc_now
from chassis.operations.log_lines import LogFormat, LogLevel
from chassis.operations.no_core_dump import forbid_core_dumps
from consent.commands.orgs import in_words
from consent.commands.service_folder import ServiceFolder, WithoutWitnesses, beside, publish
from consent.errors import InvalidSettings
from consent.release_schedule import DAY_S, HOUR_S

if TYPE_CHECKING:
    from consent.operations.figures import ConsentFigures
    from consent.operations.log_status import LogState
    from consent.settings import ConsentSettings

_IN_POLICY = ("log_vkey", "log_vkeys")
COUNTS = ("orgs", "athletes", "campaigns", "spent_most_micro_rho", "epsilon_spent_most", "log_waiting")


def register(program: typer.Typer) -> None:
    """Add the commands to the program."""
    for command in (init, keys, status, serve, recover):
        program.command()(command)


def init(
    directory: ServiceFolder,
    name: Annotated[str, typer.Option(help="Who runs it, as athletes read it.")] = "Players’ Union",
    database: Annotated[str, typer.Option(help="postgresql+psycopg://… ; SQLite in DIR if left out.")] = "",
    log_origin: Annotated[
        str,
        typer.Option(
            help="The public log's name, for good, such as log.union.example/consent; one that no other log has is "
            "made up if left out.",
            show_default=False,
        ),
    ] = "",
    log_folder: Annotated[
        Path | None,
        typer.Option(
            help="A new folder for the public log, which a web server may read; DIR/log if left out. Its private part "
            "stands beside it.",
            show_default=False,
        ),
    ] = None,
    agreement: Annotated[str, typer.Option(help="Rule pack: open, eu-default, nba-2023 or nfl-2020.")] = "open",
    publish_every: Annotated[
        int, typer.Option(help="Seconds between publications of releases, counted from 06:00 UTC.")
    ] = DAY_S,
    checkpoint_every: Annotated[int, typer.Option(help="Seconds between publications of the log, in UTC.")] = HOUR_S,
    published_at: Annotated[str, typer.Option(help="Web address of the log, where another server publishes it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Set up a new service: settings, keys, trust policy, database and an empty log.

    Example: homefield-consent init union --name "Coast Players' Union" --log-origin log.union.example/consent
    """
    from chassis.names import read_name
    from consent.service import found, open_service
    from consent.settings import SETTINGS_FILE, make_settings, write_settings

    if (directory / SETTINGS_FILE).exists():
        raise InvalidSettings(f"{directory} already holds a consent service; nothing was changed")
    if directory.exists() and any(directory.iterdir()):
        raise InvalidSettings(f"{directory} is not empty; a consent service needs a folder of its own")
    settings = make_settings(
        {
            "directory": directory.resolve(),
            "published_at": published_at,
            "name": read_name(name),
            "database": database,
            "log_origin": log_origin or _made_up_origin(),
            "log_folder": str(log_folder.resolve()) if log_folder else "",
            "agreement": agreement,
            "publish_every_s": publish_every,
            "checkpoint_every_s": checkpoint_every,
        }
    )
    if settings.log_directory.exists():
        raise InvalidSettings(f"{settings.log_directory} is there already; a public log needs a new folder")
    with _all_or_nothing(directory, settings.log_directory):
        found(settings)
        service = open_service(settings, clock=utc_now)
        try:
            publish(service)
        finally:
            service.close()
        write_settings(settings)
    public = _public_keys(settings)
    _show_keys("homefield-consent-init-1", directory, public, as_json=as_json)


def keys(directory: ServiceFolder, as_json: AsJson = False) -> None:
    """Show the public keys that clubs, the league and auditors need, and the log's trust policy.

    Example: homefield-consent keys union --json
    """
    from consent.settings import read_settings

    public = _public_keys(read_settings(directory.resolve()))
    _show_keys("homefield-keys-1", directory, public, as_json=as_json)


def status(directory: ServiceFolder, as_json: AsJson = False) -> None:
    """Show counts, what waits for publication, and the most budget that any athlete has used. No names.

    Example: homefield-consent status union --json
    """
    with beside(directory) as store:
        counts, log = store.status(), store.log_state()
    values = {field: getattr(counts, field) for field in COUNTS} | _of_log(log, waiting=counts.log_waiting)
    values |= {"policy_hash": counts.policy_hash}
    print_values("homefield-consent-status-1", values, as_json=as_json)


def serve(
    directory: ServiceFolder,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8600,
    public_url: PublicUrl = "",
    proxy: Proxies = None,
    demo: Demo = False,
    log_format: LogFormatOption = LogFormat.TEXT,
    log_level: LogLevelOption = LogLevel.INFO,
    metrics_port: MetricsPort = None,
    metrics_host: MetricsHost = "127.0.0.1",
    without_witnesses: Annotated[
        bool, typer.Option("--without-witnesses", help="Start although no witness says how large the log was.")
    ] = False,
) -> None:
    """Run the interface, the portal and the public log until told to stop.

    Before the first answer the witnesses are asked whether the log is the newest one. Without them the portal says so.

    Example: homefield-consent serve union --port 8600
    """
    from chassis.operations.operator_listener import operator_listeners
    from chassis.web.serving import serve_app
    from chassis.web.site_address import parse_site
    from consent.app import build_app
    from consent.operations.outside_view import OutsideCheck
    from consent.service import StartMode
    from consent.settings import read_settings
    from consent.web.never_limited import address_budget

    forbid_core_dumps()
    begin_log("homefield-consent", log_format, log_level)
    settings = read_settings(directory.resolve(), host=host, port=port, demo=demo)
    settings.refuse_unsafe()
    site = parse_site(public_url, proxies=proxy or ())
    if demo and site.is_public:
        raise InvalidSettings("expected no public address in demo mode; demo personas sign in without proof")
    if demo:
        warn("warning: demo mode; anyone on this machine can sign in as any athlete")
    if without_witnesses:
        warn("warning: nobody was asked whether this log is the newest one; the portal says so")
    mode = StartMode(OutsideCheck.NONE if without_witnesses else OutsideCheck.REQUIRED)
    app = build_app(settings, clock=utc_now, site=site, mode=mode)
    figures: ConsentFigures = app.state.figures
    beside = operator_listeners(figures.figures, app.state.health, host=metrics_host, port=metrics_port)
    say_operator_address(metrics_host, beside)
    serve_app(
        app,
        host=host,
        port=port,
        site=site,
        address_budget=address_budget(settings),
        count_answer=figures.count_answer,
        beside=beside,
    )


def recover(directory: ServiceFolder, without_witnesses: WithoutWitnesses = False, as_json: AsJson = False) -> None:
    """Take up an older database beside a newer log: what is not known is taken at its worst, and recorded.

    Whoever decided something since is frozen with all sharing ended until they confirm it in the portal; what learning
    may have cost since is counted as used; who was erased is erased again. A log whose .state folder is lost is given
    one again. Without need nothing is recorded. Stop the service first.

    Example: homefield-consent recover union --json
    """
    from consent.operations.outside_view import OutsideCheck
    from consent.service import recover_service
    from consent.settings import read_settings

    outside = OutsideCheck.NONE if without_witnesses else OutsideCheck.IF_REACHABLE
    done = recover_service(read_settings(directory.resolve()), clock=utc_now, outside=outside)
    values = {field: getattr(done, field) for field in ("entries", "frozen", "erased", "charged", "charged_micro_rho")}
    values["cut_off"] = [one.org_id if as_json else in_words(one) for one in done.cut_off]
    print_values("homefield-recover-1", values, as_json=as_json)
    if as_json:
        return
    again = ["homefield-consent", "org", "add-key", directory, "ORG", "--key", "KEY"]
    say_next(
        NextStep(YOU, "start the service", ["homefield-consent", "serve", directory]),
        *([NextStep(YOU, "ask the athletes who are frozen to open their portal")] if done.frozen else []),
        *([NextStep(YOU, "give each organisation that is cut off its key anew", again)] if done.cut_off else []),
    )


def _made_up_origin() -> str:
    """A witness tells logs apart by their names, so that no two unions may share one that neither chose."""
    return f"log.homefield.example/consent-{secrets.token_hex(4)}"


@contextmanager
def _all_or_nothing(directory: Path, log: Path) -> Iterator[None]:
    """Make `directory`, which is new or empty; when the block fails, nothing stays that would stop a second try.

    log: where the block makes the public log, with its private part beside it.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        for made in (directory, log, log.with_name(f"{log.name}.state")):
            shutil.rmtree(made, ignore_errors=True)
        raise


def _public_keys(settings: "ConsentSettings") -> dict[str, Any]:
    from consent import trust_file
    from consent.keys import read_keys
    from consent.service import log_vkeys

    keys = read_keys(settings.keys_directory)
    vkeys = log_vkeys(settings, keys)
    path = settings.directory / trust_file.POLICY_FILE
    return {
        "service_key": keys.service.verify_key.text,
        "log_vkey": vkeys[0],
        "log_vkeys": list(vkeys),
        "log_origin": settings.log_origin,
        "log_directory": str(settings.log_directory),
        "trust_policy_file": str(path),
        "trust_policy": trust_file.read(settings.directory, vkeys).text
        if path.exists()
        else trust_file.first_text(vkeys),
    }


def _show_keys(schema: str, directory: Path, public: dict[str, Any], *, as_json: bool) -> None:
    """Print the public keys. As text each once: the trust policy, which ends the list, holds those of the log."""
    if as_json:
        print_values(schema, public, as_json=True)
        return
    print_values(schema, {name: value for name, value in public.items() if name not in _IN_POLICY}, as_json=False)
    say(f"The log’s name, {public['log_origin']}, is for good: its keys, every proof and every witness hold it.")
    say_next(*_who_needs_what(directory, public["service_key"]))


def _who_needs_what(directory: Path, service_key: str) -> list[NextStep]:
    """Which one key is needed where: the service key by whoever asks the service, the trust policy by whoever reads."""
    from consent.trust_file import POLICY_FILE

    league = ["homefield-server", "init", "LEAGUE-FOLDER", "--name", "NAME", "--consent", "ADDRESS"]
    club = ["homefield-node", "link", "CLUB-FOLDER", "--service-key", service_key, "--help"]
    verify = ["homefield-audit", "verify", "ADDRESS/log", "--policy", POLICY_FILE]
    return [
        NextStep("the league’s operator", "needs the service key", [*league, "--service-key", service_key]),
        NextStep("every club’s operator", "needs the service key too", club),
        NextStep("auditors", f"need {directory / POLICY_FILE}, which holds the log’s keys, and no other", verify),
        NextStep(
            YOU, "register each of them with the key that they send", ["homefield-consent", "org", "add", "--help"]
        ),
        NextStep(YOU, "run the service", ["homefield-consent", "serve", directory]),
    ]


def _of_log(log: "LogState", *, waiting: int) -> dict[str, Any]:
    return {
        "log_size": log.size,
        "log_published": _moment(log.published_at),
        "log_next": _moment(log.next_checkpoint),
        "log_countersigned": log.cosigned,
        "log_witnesses": log.witnesses,
        "log_witnesses_needed": log.needed,
        "log_problem": _problem(log, waiting=waiting),
        "log_origin": log.origin,
    }


def _problem(log: "LogState", *, waiting: int) -> str:
    if not log.has_quorum and log.size:
        return "the newest checkpoint lacks witnesses that the trust policy asks for"
    if waiting and log.is_late(utc_now()):
        return "entries wait although a publication was due; is the service running, and do its witnesses answer?"
    return "none"


def _moment(at: datetime | None) -> str:
    return "never" if at is None else at.isoformat(timespec="seconds")
