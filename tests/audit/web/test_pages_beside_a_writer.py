"""The program's own writer publishes while the pages are read: nothing is missed, and no page raises a false alarm."""

import re
import threading
from collections.abc import Callable
from pathlib import Path

from starlette.testclient import TestClient

from audit.app import build_app
from audit.entries.events import Entry
from audit.tlog.note_keys import Signer
from audit.tlog.trust_policy import TrustPolicy
from audit.writer.log import Log

ROUNDS = 25


def test_every_page_stays_whole_while_the_log_grows(
    tmp_path: Path, signers: tuple[Signer, Signer], both_keys: TrustPolicy, entry: Callable[..., Entry]
) -> None:
    with Log.open(tmp_path / "log", signers=signers) as log:
        log.append_many([entry().leaf() for _ in range(250)])
        log.publish()
        client = TestClient(build_app(source=str(tmp_path / "log"), policy=both_keys))
        assert client.get("/").status_code == 200
        done = threading.Event()

        def write() -> None:
            for _ in range(ROUNDS):
                log.append_many([entry().leaf() for _ in range(21)])
                log.publish()
            done.set()

        writer = threading.Thread(target=write)
        writer.start()
        statuses, states = set(), set()
        while not done.is_set():
            for path in ("/", "/?before=256", f"/entries/{log.size - 1}", "/entries/3/proof"):
                answer = client.get(path)
                statuses.add(answer.status_code)
                states |= set(re.findall(r"</svg>(Proven|Not proven)</span>", answer.text))
        writer.join()
        page = client.get("/").text

    assert statuses == {200}
    assert states == {"Proven"}
    assert f"{250 + ROUNDS * 21} entries from" in page.replace(",", "")
