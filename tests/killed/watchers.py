"""A witness and a monitor of the killed service's log, as programs that are killed as well."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from audit.monitor.state import read_state
from audit.tlog.trust_policy import parse_policy
from audit.witness.config import add_logs, create_witness, watched_log, write_settings
from audit.witness.store import begin_record
from tests.killed.consent_load import KilledUnion
from tests.killed.killed_program import KilledProgram, free_port
from tests.waiting import HANG_S, wait_until


@dataclass
class Watchers:
    """The two programs, and the largest tree that each has vouched for. problems: a tree that became smaller."""

    union: KilledUnion
    witness: KilledProgram
    monitor: KilledProgram
    address: str
    log_id: str
    state: Path
    seen: dict[str, int] = field(default_factory=lambda: {"witness": 0, "monitor": 0})
    problems: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, union: KilledUnion, folder: Path) -> "Watchers":
        """Set both up, and name the witness in the service's trust policy; no quorum is needed."""
        policy_file, place, port = union.folder / "trust.policy", folder / "witness", free_port()
        vkeys = [log.verifier.vkey for log in parse_policy(policy_file.read_bytes()).logs]
        log = watched_log(vkeys)
        config = add_logs(create_witness(place, "board.example/w1"), [log])
        begin_record(place, log)
        write_settings(place, config)
        line = f"witness w1 {config.vkeys[0]} http://127.0.0.1:{port}\nquorum none\n"
        policy_file.write_text(policy_file.read_text().replace("quorum none\n", line))
        state = folder / "monitor.json"
        followed = ("monitor", union.folder / "log", "--policy", policy_file, "--state", state, "--every", 1)
        return cls(
            union,
            KilledProgram(folder, "witness", "audit", ("witness", "serve", place, "--port", port)),
            KilledProgram(folder, "monitor", "audit", followed, last_line="metrics and readiness"),
            f"http://127.0.0.1:{port}",
            log.log_id,
            state,
        )

    def note_sizes(self) -> None:
        """Note what each vouches for now; it may never be less than before, whoever was killed since."""
        sizes: dict[str, Callable[[], int]] = {"witness": self._cosigned, "monitor": self._followed}
        for name, size in sizes.items():
            now = size()
            if now < self.seen[name]:
                self.problems.append(f"the {name} vouched for {self.seen[name]} entries and now for {now}")
            self.seen[name] = max(now, self.seen[name])

    def _cosigned(self) -> int:
        answer = httpx.get(f"{self.address}/{self.log_id}/checkpoint", trust_env=False, timeout=HANG_S)
        return int(answer.text.splitlines()[1]) if answer.status_code == 200 else 0  # name, size, root

    def _followed(self) -> int:
        keys = [log.verifier for log in parse_policy((self.union.folder / "trust.policy").read_bytes()).logs]
        state = read_state(self.state, keys)
        return 0 if state is None else state.checkpoint.size

    def end(self) -> list[str]:
        """Wait until the monitor has followed the log once more, and return what was wrong."""
        goal = self._cosigned()
        wait_until(lambda: self._followed() >= goal)
        self.note_sizes()
        metrics = httpx.get(f"{self.monitor.running[-1].operator}/metrics", trust_env=False, timeout=HANG_S).text
        alarms = [line for line in metrics.splitlines() if line.startswith("homefield_monitor_alarms")]
        raised = [line for line in alarms if float(line.split()[-1]) > 0]
        never = [f"the {name} vouched for nothing" for name, size in self.seen.items() if not size]
        return self.problems + raised + never
