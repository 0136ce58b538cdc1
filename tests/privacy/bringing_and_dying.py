"""A node to which a file is brought, and which ends by a fault: `python -m tests.privacy.bringing_and_dying FOLDER`."""

import os
import re
import resource
import sys
from datetime import UTC
from pathlib import Path

from fastapi.testclient import TestClient

from chassis.operations.no_core_dump import forbid_core_dumps
from client.app import build_app
from client.settings import NodeSettings
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from tests.client.web.conftest import ALL, CLUB, NOW, ORIGIN, WELL, FakeConsent

CANARIES = ("Quokka Wombatson", "73.41917", "wombat-knee-free-text")
ROWS = 3_000
"""Rows of the file: more than one sealed chunk, so that some of it lies on the disk."""


def table() -> str:
    """A table whose every row holds the canaries."""
    name, value, text = CANARIES
    rows = (f"2026-10-{1 + row % 28:02d},{name},{value},{text}-{row:030d}\n" for row in range(ROWS))
    return "date,player,rmssd,notes\n" + "".join(rows)


def main(folder: Path) -> None:
    """Bring the file, look at it, say that it was read, and end by a fault."""
    forbid_core_dumps()
    (folder / "keys").mkdir()
    settings = NodeSettings(folder, CLUB, "Eastmere FC", UTC, "key_file", None, None, None, None, None)
    with Vault.open(folder / "vault.sqlite3", UnlockKey(b"k" * 32)) as vault:
        vault.add_athlete(WELL, "Ada Lund", shirt_no=1)
        consent = FakeConsent({WELL: ALL}, enrolled={WELL})
        app = build_app(settings, vault=vault, consent_client=consent, clock=lambda: NOW, demo=True)
        with TestClient(app, base_url=ORIGIN, headers={"Origin": ORIGIN}) as http:
            http.post("/demo/sign-in", data={"persona": "coach"}, follow_redirects=False)
            csrf = re.findall(r'name="csrf" value="([^"]+)"', http.get("/imports").text)[0]
            http.post("/imports/files", data={"csrf": csrf}, files={"files": ("t.csv", table())})
            app.state.uploads.finish()
            page = http.get("/imports").text
            shown = http.get(re.findall(r"/imports/files/[0-9a-f]+", page)[0]).text
            seen = [one in shown for one in CANARIES[:2]]
            print(*seen, resource.getrlimit(resource.RLIMIT_CORE), app.state.uploads.spool.held, flush=True)
            os.abort()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
