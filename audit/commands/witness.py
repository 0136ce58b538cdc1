"""Commands of a witness: set it up, add a log, serve it, and look at what it has cosigned."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chassis.cli.console import print_json, print_table, say
from chassis.cli.next_steps import YOU, NextStep, say_next
from chassis.cli.operator_options import (
    LogFormatOption,
    LogLevelOption,
    MetricsHost,
    MetricsPort,
    begin_log,
    say_operator_address,
)
from chassis.cli.options import AsJson, Proxies, PublicUrl
from chassis.clock import utc_now
from chassis.operations.log_lines import LogFormat, LogLevel
from chassis.operations.no_core_dump import forbid_core_dumps
from chassis.text import plural

if TYPE_CHECKING:
    from audit.witness.config import WatchedLog, WitnessConfig
    from audit.witness.evidence import WitnessEvidence
    from audit.witness.store import CosignedCheckpoint


app = typer.Typer(help="Run a witness: countersign logs that have only grown.", no_args_is_help=True)

WitnessFolder = Annotated[Path, typer.Argument(metavar="DIR", help="The witness's own folder.")]


def register(program: typer.Typer) -> None:
    """Add `witness` and its commands to the program."""
    program.add_typer(app, name="witness")


@app.command(epilog="Example: homefield-audit witness init w1 --name witness.example/w1")
def init(
    directory: WitnessFolder,
    name: Annotated[str, typer.Option(help="The witness's name for ever, for example witness.example/w1.")],
    as_json: AsJson = False,
) -> None:
    """Make a new witness with a secret of its own, and print its two public keys."""
    from audit.witness.config import create_witness

    _print_keys("homefield-witness-init-1", create_witness(directory, name), as_json=as_json)
    if not as_json:
        watch = ["homefield-audit", "witness", "add-log", directory, "--vkey", "LOG_KEY", "--vkey", "LOG_KEY_2"]
        say_next(
            NextStep(YOU, "get the log’s trust.policy from its operator; watch the log by both keys in it", watch),
            *_then(directory),
        )


@app.command(epilog="Example: homefield-audit witness keys w1")
def keys(directory: WitnessFolder, as_json: AsJson = False) -> None:
    """Print the public keys that go into trust policies: Ed25519 first, then ML-DSA-44."""
    from audit.witness.config import read_config

    _print_keys("homefield-witness-keys-1", read_config(directory), as_json=as_json)


@app.command("add-log", epilog="Example: homefield-audit witness add-log w1 --vkey 'log.example+1234abcd+AQ…'")
def add_log(
    directory: WitnessFolder,
    vkey: Annotated[
        list[str],
        typer.Option(metavar="KEY", help="A verification key of the log; repeated for a log with several, any counts."),
    ],
    as_json: AsJson = False,
) -> None:
    """Watch one more log; its origin is the name of its keys. The witness must not be running meanwhile."""
    from audit.witness.config import add_logs, read_config, watched_log, write_settings
    from audit.witness.store import begin_record, sole_witness

    log = watched_log(vkey)
    with sole_witness(directory):
        config = add_logs(read_config(directory), [log])
        # The empty record first: settings that name a log without one would stop the witness.
        begin_record(directory, log)
        write_settings(directory, config)
    if as_json:
        print_json("homefield-witness-add-log-1", {"origin": log.origin, "log_id": log.log_id})
    else:
        say(f"watching {log.origin}")
        say_next(*_then(directory))


@app.command(epilog="Example: homefield-audit witness serve w1 --port 8401")
def serve(
    directory: WitnessFolder,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8401,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    public_url: PublicUrl = "",
    proxy: Proxies = None,
    log_format: LogFormatOption = LogFormat.TEXT,
    log_level: LogLevelOption = LogLevel.INFO,
    metrics_port: MetricsPort = None,
    metrics_host: MetricsHost = "127.0.0.1",
) -> None:
    """Answer logs that ask for a cosignature, until interrupted."""
    from audit.witness.app import build_witness_app
    from audit.witness.config import read_config
    from audit.witness.figures import RecordKeeping, witness_figures, witness_health
    from audit.witness.store import WitnessStore
    from audit.witness.witness import Witness
    from chassis.operations.figures import refused_counter
    from chassis.operations.operator_listener import operator_listeners
    from chassis.web.serving import serve_app  # web libraries that the other commands do without
    from chassis.web.site_address import parse_site

    site = parse_site(public_url, proxies=proxy or ())
    forbid_core_dumps()
    begin_log("homefield-audit", log_format, log_level)
    config = read_config(directory)
    with WitnessStore.open(directory, config) as store:
        witness, records = Witness(config, store, clock=utc_now), RecordKeeping()
        figures, health = witness_figures(witness, clock=utc_now), witness_health(witness, records)
        beside = operator_listeners(figures, health, host=metrics_host, port=metrics_port)
        say_operator_address(metrics_host, beside)
        app = build_witness_app(witness, records=records)
        serve_app(app, host=host, port=port, site=site, count_answer=refused_counter(figures), beside=beside)


@app.command(epilog="Example: homefield-audit witness status w1 --json")
def status(directory: WitnessFolder, as_json: AsJson = False) -> None:
    """Show each log with the last checkpoint cosigned and the evidence kept against it, also while it runs."""
    from audit.witness.config import read_config
    from audit.witness.evidence import FOLDER

    config = read_config(directory)
    states = [_state(directory, config, log) for log in config.logs]
    if as_json:
        values = {"name": config.name, "logs": [state.to_json() for state in states]}
        print_json("homefield-witness-status-1", values)
        return
    columns = ("Log", "Entries", "Last countersigned", "Evidence against it")
    print_table(plural(len(states), "log", "logs"), columns, [(state.log.origin, *state.cells()) for state in states])
    for piece in (piece for state in states for piece in state.evidence):
        say(f"{piece.kind}: {directory / FOLDER / piece.folder}")


@dataclass(frozen=True, slots=True)
class _State:
    """One log as it stands in the folder."""

    log: "WatchedLog"
    seen: "CosignedCheckpoint | None"
    evidence: "tuple[WitnessEvidence, ...]"

    def cells(self) -> tuple[str, str, str]:
        kept = str(len(self.evidence) or "none")
        if self.seen is None:
            return "none yet", "not yet", kept
        return f"{self.seen.checkpoint.size:,}", f"{_moment(self.seen):%Y-%m-%d %H:%M:%S} UTC", kept

    def to_json(self) -> dict[str, Any]:
        checkpoint = self.seen.checkpoint if self.seen else None
        return {
            "origin": self.log.origin,
            "log_id": self.log.log_id,
            "vkeys": [verifier.vkey for verifier in self.log.verifiers],
            "size": checkpoint.size if checkpoint else None,
            "root": checkpoint.root_text if checkpoint else None,
            "countersigned_at": _moment(self.seen).isoformat() if self.seen else None,
            "evidence": [
                {"kind": one.kind.value, "size": one.size, "kept_at": one.kept_at.isoformat(), "folder": one.folder}
                for one in self.evidence
            ],
        }


def _state(directory: Path, config: "WitnessConfig", log: "WatchedLog") -> _State:
    from audit.witness.evidence import list_evidence
    from audit.witness.store import read_record, record_path

    seen = read_record(record_path(directory, log), log, config.signers)
    return _State(log, seen, list_evidence(directory, log))


def _moment(seen: "CosignedCheckpoint") -> datetime:
    return datetime.fromtimestamp(seen.timestamp_s, UTC)


def _then(directory: Path) -> tuple[NextStep, ...]:
    """What follows once it watches a log: it runs before the log's operator names it, since a start asks it."""
    return (
        NextStep(YOU, "run the witness", ["homefield-audit", "witness", "serve", directory, "--port", 8401]),
        NextStep(
            YOU, "send the log’s operator its address and both keys", ["homefield-audit", "witness", "keys", directory]
        ),
        NextStep("the log’s operator", "put them in trust.policy, and restart the service"),
    )


def _print_keys(schema: str, config: "WitnessConfig", *, as_json: bool) -> None:
    if as_json:
        print_json(schema, {"name": config.name, "vkeys": config.vkeys})
    else:
        say(*config.vkeys)
