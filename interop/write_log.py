"""Writes a log of 70,123 entries through the real writer, for programs that are not ours to check.

python interop/write_log.py OUT. Beside OUT/log it leaves OUT/older/SIZE (the checkpoints on the way) and OUT/vkey
(the Ed25519 key; the checkpoints carry an ML-DSA-44 signature too).
"""

import secrets
import sys
from datetime import date, timedelta
from pathlib import Path

from audit.entries.events import Entry, EventKind
from audit.entries.pseudonyms import pseudonym
from audit.tlog.signers import log_signers
from audit.writer.log import Log

PUBLISHED = (1, 1, 254, 1, 255, 9_488, 55_536, 4_464, 123)
"""Entries per publication: sizes around one tile, at 65,536 (a level more) and at 70,000, and beyond."""
ORIGIN = "log.example/interop"


def main() -> None:
    """Write the log."""
    out = Path(sys.argv[1])
    signers = log_signers(ORIGIN, secrets.token_bytes(32))
    (out / "older").mkdir(parents=True)
    (out / "vkey").write_text(signers[0].vkey)
    orgs = [pseudonym(str(number), secrets.token_bytes(32)) for number in range(20)]
    with Log.open(out / "log", signers=signers) as log:
        for count in PUBLISHED:
            (out / "older" / str(log.size)).write_text(log.checkpoint_text())
            log.append_many([entry(orgs).leaf() for _ in range(count)])
            log.publish()
        print(f"wrote {log.size:,} entries in {len(PUBLISHED)} publications")


def entry(orgs: list[str]) -> Entry:
    """Return an entry like a real one."""
    return Entry(
        secrets.choice(list(EventKind)),
        secrets.choice(orgs),
        date(2026, 1, 1) + timedelta(days=secrets.randbelow(300)),
        secrets.choice(["7f3a9c" * 10 + "0000", "51d0e2" * 10 + "ffff", ""]),
        secrets.token_bytes(32),
        secrets.choice([b"", secrets.token_bytes(16)]),
    )


if __name__ == "__main__":
    main()
