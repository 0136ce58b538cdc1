"""Our log before a witness that is not ours, and our witness before a client that is not ours.

The outside implementation is aics-witness (with aics-tlog), made by others from the same specifications; it is
installed into a temporary environment and never becomes part of this project. Needs a Python of 3.12 or newer beside
ours, or one named in INTEROP_PYTHON. Run it with the project's own Python: `python -m interop.witness_interop`.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from audit.cosigning.cosigner import Cosigner
from audit.errors import LogCorrupt, QuorumNotMet
from audit.tlog.signers import log_signers
from audit.tlog.trust_policy import TrustPolicy, parse_policy
from audit.witness.app import build_witness_app
from audit.witness.config import WitnessConfig, add_logs, create_witness, watched_log
from audit.witness.store import WitnessStore, begin_record
from audit.witness.witness import Witness
from audit.writer.log import Log
from chassis.web.serving import listen, serving

PACKAGE = "aics-witness==0.1.0"
ORIGIN = "log.example/interop"
SEED = bytes(range(32))
SIZES = (1, 2, 7, 256, 257, 1_000)
READY_WITHIN_S = 30


def main() -> None:
    """Run both directions; prints one line per step and ends with 1 if one failed, 2 if nothing could be run."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        python = outside_environment(place / "outside")
        steps = [*our_log_their_witness(place, python), *their_client_our_witness(place, python)]
    for step, is_ok in steps:
        print(f"{'ok' if is_ok else 'FAILED'}  {step}")
    print(f"{sum(is_ok for _, is_ok in steps)} of {len(steps)} steps as they must be, against {PACKAGE}")
    sys.exit(0 if all(is_ok for _, is_ok in steps) else 1)


def outside_environment(place: Path) -> Path:
    """Make an environment with the outside witness and return its Python; ends the program if there is none."""
    for candidate in _candidates():
        if candidate and _is_new_enough(candidate):
            subprocess.run([candidate, "-m", "venv", str(place)], check=True)
            python = place / "bin" / "python"
            subprocess.run([str(python), "-m", "pip", "--quiet", "install", PACKAGE], check=True)
            return python
    print("no Python of 3.12 or newer was found; name one in INTEROP_PYTHON", file=sys.stderr)
    sys.exit(2)


def our_log_their_witness(place: Path, python: Path) -> Iterator[tuple[str, bool]]:
    """Publish with a quorum of theirs and ours; then put the log back, and see it stopped."""
    signers = log_signers(ORIGIN, SEED)
    with contextlib.ExitStack() as up:
        their_url, their_vkey = up.enter_context(their_witness(place / "theirs", python, signers[0].vkey))
        our_url, config = up.enter_context(our_witness(place / "ours", [signer.vkey for signer in signers]))
        lines = [f"log {signer.vkey}" for signer in signers]
        lines += [f"witness theirs {their_vkey} {their_url}"]
        lines += [f"witness ours-{n} {vkey} {our_url}" for n, vkey in enumerate(config.vkeys)]
        text = "\n".join([*lines, "group all3 all theirs ours-0 ours-1", "quorum all3", ""])
        policy = parse_policy(text.encode())
        cosigner = Cosigner(policy, timeout_s=READY_WITHIN_S)
        up.callback(cosigner.close)
        with Log.open(place / "log", signers=signers, cosigner=cosigner) as log:
            for size in SIZES:
                log.append_many([f"entry {number}".encode() for number in range(log.size, size)])
                log.publish()
                yield (
                    f"our log at {size} entries under a quorum of their witness and ours",
                    _accepted(log, policy, size),
                )
        shutil.rmtree(place / "log")
        shutil.rmtree(place / "log.state")
        theirs_only = parse_policy(text.replace("quorum all3", "quorum theirs").encode())
        yield from _after_loss(place, theirs_only)


def _accepted(log: Log, policy: TrustPolicy, size: int) -> bool:
    trusted = policy.open(log.checkpoint_text().encode())
    return trusted.checkpoint.size == size and len(trusted.cosignatures) == 3


def _after_loss(place: Path, policy: TrustPolicy) -> Iterator[tuple[str, bool]]:
    cosigner = Cosigner(policy, timeout_s=READY_WITHIN_S)
    with (
        contextlib.closing(cosigner),
        Log.open(place / "log", signers=log_signers(ORIGIN, SEED), cosigner=cosigner) as log,
    ):
        log.append_many([b"another history"])
        try:
            log.publish()
            stopped = "nothing"
        except (LogCorrupt, QuorumNotMet) as error:
            stopped = type(error).__name__
    yield f"our log begun anew after a loss is stopped by what their witness holds ({stopped})", stopped == "LogCorrupt"


def their_client_our_witness(place: Path, python: Path) -> Iterator[tuple[str, bool]]:
    """Let their client grow a log of theirs before our witness, then roll it back and fork it."""
    vkey = log_signers(ORIGIN, SEED)[0].vkey
    with our_witness(place / "ours for them", [vkey]) as (url, config):
        script = Path(__file__).with_name("witness_outside_client.py")
        command = [str(python), str(script), url, config.vkeys[0], ORIGIN, SEED.hex()]
        told = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, env=_clean_environment()).stdout
    for line in told.splitlines():
        step = json.loads(line)
        said = f" ({step['said']})" if "said" in step else ""
        yield f"their client before our witness: {step['step']}{said}", bool(step["ok"])


@contextlib.contextmanager
def our_witness(place: Path, vkeys: list[str]) -> Iterator[tuple[str, WitnessConfig]]:
    """Serve a witness of ours for one log; yields its address and configuration."""
    log = watched_log(vkeys)
    config = add_logs(create_witness(place, "witness.example/ours"), [log])
    begin_record(place, log)
    with WitnessStore.open(place, config) as store:
        witness = Witness(config, store, clock=lambda: datetime.now(UTC))
        listener = listen(build_witness_app(witness), host="127.0.0.1", port=0)
        with serving([listener]):
            yield f"http://127.0.0.1:{listener.port}", config


@contextlib.contextmanager
def their_witness(place: Path, python: Path, log_vkey: str) -> Iterator[tuple[str, str]]:
    """Serve their witness for our log; yields its address and its key."""
    place.mkdir()
    program = [str(python), "-m", "aics_witness"]
    settings = ["--config", str(place / "witness.json")]
    port = _free_port()

    def run(*words: str) -> str:
        command = [*program, *words]
        return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, env=_clean_environment()).stdout

    vkey = run("init", *settings, "--name", "witness.example/theirs", "--listen", f"127.0.0.1:{port}").strip()
    run("add-log", *settings, "--origin", ORIGIN, "--vkey", log_vkey)
    command = [*program, "serve", *settings]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=_clean_environment()) as process:
        try:
            for line in process.stderr or ():
                if "listening on" in line:
                    break
            yield f"http://127.0.0.1:{port}", vkey
        finally:
            process.terminate()
            process.communicate(timeout=READY_WITHIN_S)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}


def _candidates() -> Iterator[str | None]:
    yield os.environ.get("INTEROP_PYTHON")
    for minor in range(20, 11, -1):
        yield shutil.which(f"python3.{minor}")
    yield shutil.which("python3")
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    yield from (str(path) for path in sorted(versions.glob("3.*/bin/python3"), reverse=True))


def _is_new_enough(python: str) -> bool:
    """Return whether this can be run and is new enough; a dummy entry for a version that is not installed is not."""
    asked = "import sys, venv; sys.exit(sys.version_info < (3, 12))"
    with contextlib.suppress(OSError):
        return subprocess.run([python, "-c", asked], capture_output=True, check=False).returncode == 0
    return False


if __name__ == "__main__":
    main()
