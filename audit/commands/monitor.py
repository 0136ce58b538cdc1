"""The command that watches a log and raises the alarm."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audit.commands.inputs.trust_options import LogKeys, PolicyFile, trust_of
from audit.errors import SourceUnavailable
from audit.monitor.alarms import MAX_AGE_S, PASSING, REREAD_AFTER_S, Alarm
from audit.monitor.progress import MonitorProgress
from chassis.cli.console import json_line, say
from chassis.cli.exit_codes import ExitCode
from chassis.cli.given_file import read_given
from chassis.cli.operator_options import (
    LogFormatOption,
    LogLevelOption,
    MetricsHost,
    MetricsPort,
    begin_log,
    say_operator_address,
)
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from chassis.operations.log_lines import LogFormat, LogLevel
from chassis.operations.no_core_dump import forbid_core_dumps

if TYPE_CHECKING:
    from audit.monitor.monitor import Check, Monitor
    from audit.monitor.notify import Webhook
    from audit.monitor.state import MonitorState


SCHEMA = "homefield-monitor-1"
WEB = ("http://", "https://")
MOST_WAIT_S = 3_600
TRIES = 2
"""How often a running watch must fail to reach a log for an alarm: a computer that wakes up is not on the net yet."""
WITNESS_TIMEOUT_S = 10.0

WatchedAddress = Annotated[str, typer.Argument(metavar="DIR_OR_URL", help="Directory or http(s) address of the log.")]


def register(app: typer.Typer) -> None:
    """Add `monitor` to the program."""
    app.command(
        epilog="Example: homefield-audit monitor https://consent.example/log --policy trust.txt --state log.json"
    )(monitor)


def monitor(
    place: WatchedAddress,
    state: Annotated[Path, typer.Option(metavar="FILE", help="Where the monitor keeps what it has verified.")],
    vkey: LogKeys = None,
    policy: PolicyFile = None,
    known: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A checkpoint you kept: the log must have grown from it.")
    ] = None,
    every: Annotated[float, typer.Option(min=1, help="Seconds between two checks.")] = 60,
    once: Annotated[bool, typer.Option("--once", help="Check once and end, for a scheduler of your own.")] = False,
    max_age: Annotated[
        int, typer.Option(min=60, help="Seconds without anything new after which the log is stale.")
    ] = MAX_AGE_S,
    reread_every: Annotated[
        int,
        typer.Option(min=0, help="Seconds after which every entry is read again, from the first on; 0: at each check."),
    ] = REREAD_AFTER_S,
    webhook: Annotated[str | None, typer.Option(metavar="URL", help="Where alarms are posted as JSON.")] = None,
    no_witnesses: Annotated[
        bool, typer.Option("--no-witnesses", help="Do not ask the policy's witnesses what they have seen.")
    ] = False,
    keep_going: Annotated[bool, typer.Option("--keep-going", help="Go on watching after an alarm.")] = False,
    as_json: AsJson = False,
    log_format: LogFormatOption = LogFormat.TEXT,
    log_level: LogLevelOption = LogLevel.INFO,
    metrics_port: MetricsPort = None,
    metrics_host: MetricsHost = "127.0.0.1",
) -> None:
    """Watch a log: signatures, quorum, consistency with what it showed before, new entries, freshness, witnesses.

    Every entry is read again when the watch begins and once a day; with --once, as the state file says.

    Exit code 0: fine; 3: an alarm, with the evidence beside the state file; 1: the log could not be checked, or the
    monitor itself has a problem. A log that cannot be reached and showed nothing new for --max-age is an alarm.
    """
    import httpx

    from audit.monitor.monitor import Monitor
    from audit.monitor.notify import Webhook
    from audit.monitor.state import read_state
    from audit.monitor.witness_lookup import WitnessLookup
    from audit.tlog.note import MAX_BYTES
    from audit.verification.sources import TIMEOUT_S, HttpSource, new_client, open_source

    forbid_core_dumps()
    begin_log("homefield-audit", log_format, log_level)
    trust = trust_of(vkey, policy)
    stop = threading.Event() if once else _stopped_by_signals()
    with contextlib.ExitStack() as lines:

        def connected(timeout_s: float = TIMEOUT_S) -> httpx.Client:
            return lines.enter_context(new_client(timeout_s))

        core = Monitor(
            HttpSource(place, client=connected()) if place.startswith(WEB) else open_source(place),
            trust,
            clock=lambda: datetime.now(UTC),
            pause=stop.wait,
            max_age_s=max_age,
            reread_after_s=reread_every,
            witnesses=None if no_witnesses else WitnessLookup(trust, client=connected(WITNESS_TIMEOUT_S)),
            known=read_given(known, "the known checkpoint", at_most=MAX_BYTES) if known else None,
        )
        held = read_state(state, [log.verifier for log in trust.logs])
        hook = Webhook(webhook, client=connected(WITNESS_TIMEOUT_S)) if webhook else None
        watch = Watch(core, state, held, hook=hook, as_json=as_json)
        lines.enter_context(_for_operators(watch.progress, metrics_host, metrics_port))
        code = watch.check_once() if once else watch.run(stop, every_s=every, keep_going=keep_going)
    raise typer.Exit(code)


@contextlib.contextmanager
def _for_operators(progress: MonitorProgress, host: str, port: int | None) -> Iterator[None]:
    """Serve the monitor's figures while it watches, if a port is given."""
    if port is None:
        yield
        return
    from audit.monitor.progress import monitor_figures, monitor_health
    from chassis.operations.operator_listener import operator_listeners
    from chassis.web.serving import serving

    figures = monitor_figures(progress, clock=utc_now)
    beside = operator_listeners(figures, monitor_health(progress), host=host, port=port)
    with serving(beside):
        say_operator_address(host, beside)
        yield


class Watch:
    """Runs checks one after another, keeps their state and evidence, and tells what they found."""

    def __init__(
        self,
        core: "Monitor",
        path: Path,
        state: "MonitorState | None",
        *,
        hook: "Webhook | None",
        as_json: bool,
        tell: Callable[[str], None] = say,
    ) -> None:
        """Print each line with `tell`; `state` is what stands at `path`."""
        self._core = core
        self._path = path
        self._state = state
        self._hook = hook
        self._as_json = as_json
        self._say = tell
        self._began = core.clock()
        self._failures, self._most_failures = 0, 1
        # Whoever starts to watch wants to know about the whole log; a scheduler starts the program each minute.
        self._is_whole_due = False
        self.progress = MonitorProgress()
        # What was told already: while an alarm lasts it is repeated in every line, but posted once.
        self._posted: set[str] = set()

    def run(self, stop: threading.Event, *, every_s: float, keep_going: bool) -> ExitCode:
        """Check until stopped, or until the first alarm; returns the exit code, the gravest that came up."""
        gravest, wait_s = ExitCode.DONE, every_s
        self._is_whole_due, self._most_failures = True, TRIES
        while True:
            code = self.check_once()
            if code == ExitCode.ALARM and not keep_going:
                return ExitCode.ALARM
            wait_s = every_s if self.progress.is_reached else min(wait_s * 2, self._longest_wait_s(every_s))
            gravest = code if gravest != ExitCode.ALARM else ExitCode.ALARM
            if stop.wait(wait_s):
                return gravest

    def _longest_wait_s(self, every_s: float) -> float:
        """A log that cannot be reached is asked less and less often, and when its silence becomes too long."""
        from audit.monitor.out_of_reach import silent_since_s

        silent_s = self._core.clock().timestamp() - silent_since_s(self._state, self._began)
        left_s = self._core.max_age_s + 1 - silent_s
        return max(every_s, min(MOST_WAIT_S, left_s) if left_s > 0 else MOST_WAIT_S)

    def check_once(self) -> ExitCode:
        """Check once and tell the outcome; returns the exit code. Raises OSError if the state cannot be written."""
        from audit.monitor.state import write_state

        try:
            check = self._core.check(self._state, is_whole=self._is_whole_due)
        except SourceUnavailable as error:
            return self._not_reached(str(error))
        self._failures = 0
        self.progress.checked(
            check.at, alarms=len(check.alarms), size=check.state.checkpoint.size if check.state else None
        )
        self._is_whole_due = self._is_whole_due and not _has_ended(check)
        self._tell(check)  # first: an alarm must come even if the state can then not be written
        if check.state is not None and check.state != self._state:
            write_state(self._path, check.state)
            self._state = check.state
        return ExitCode.ALARM if check.alarms else ExitCode.DONE

    def _not_reached(self, reason: str) -> ExitCode:
        from audit.monitor.out_of_reach import out_of_reach

        self._failures += 1
        check = out_of_reach(
            reason, at=self._core.clock(), state=self._state, began=self._began, max_age_s=self._core.max_age_s
        )
        if check is None or self._failures < self._most_failures:
            self.progress.unreached(alarms=0)
            self._tell_unreachable(reason)
            return ExitCode.NOT_DONE
        self.progress.unreached(alarms=len(check.alarms))
        self._tell(check)
        return ExitCode.ALARM

    def _tell(self, check: "Check") -> None:
        from audit.monitor.notify import check_json, evidence_name

        saved = [self._saved(check, alarm) for alarm in check.alarms]
        told = check_json(check, saved)
        if self._as_json:
            self._say(json_line(SCHEMA, told))
        else:
            self._tell_people(check, saved)
        found = {evidence_name(alarm) for alarm in check.alarms}
        self._posted &= found  # what ended and comes again is told again
        fresh = found - self._posted
        if fresh and self._hook:
            problem = self._hook.tell({"schema": SCHEMA, **told})
            if problem is None:
                self._posted |= fresh
            else:
                told = {"at": check.at.isoformat(), "webhook": problem}
                self._say(json_line(SCHEMA, told) if self._as_json else problem)

    def _tell_people(self, check: "Check", saved: list[Path | None]) -> None:
        from audit.monitor.notify import alarm_line, check_line

        if check.is_first and check.state is not None:
            self._say(
                "This is the first check: what the log shows now is taken as it is. Compare it with a checkpoint that "
                "somebody else kept, or give one with --known."
            )
        for alarm, place in zip(check.alarms, saved, strict=True):
            self._say(alarm_line(check, alarm, place))
        if not check.alarms:
            self._say(check_line(check))

    def _tell_unreachable(self, reason: str) -> None:
        at = self._core.clock()
        told: dict[str, Any] = {"at": at.isoformat(), "ok": None, "could_not_check": reason}
        line = f"{at:%Y-%m-%d %H:%M:%S} UTC  could not check: {reason}"
        self._say(json_line(SCHEMA, told) if self._as_json else line)

    def _saved(self, check: "Check", alarm: Alarm) -> Path | None:
        from audit.monitor.notify import evidence_folder, save_evidence

        try:
            return save_evidence(evidence_folder(self._path), check, alarm)
        except OSError:
            return None  # said in the line about the alarm, which must come in any case


def _has_ended(check: "Check") -> bool:
    """Whether the log's files were read to the end; alarms about time come after that."""
    return all(alarm.kind in PASSING for alarm in check.alarms)


def _stopped_by_signals() -> threading.Event:
    from chassis.web.serving import stopped_by_signals  # web libraries that a single check does without

    return stopped_by_signals()
