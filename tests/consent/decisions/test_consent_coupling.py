"""The log's disk fails while the application serves: a thousand protected reads, each refused and without data."""

import errno
import itertools
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from audit.durable.storage import Disk
from consent.app import app_of
from consent.athlete.values import ProofState
from tests.consent.league import Caller, FakeClock, World, acts, fill, make_service
from tests.scale import scaled

READS = scaled(60)
REFUSED = {"error": "no answer without a record of it; try again later"}


class FragileDisk(Disk):
    """The real disk, until it is told to fail: then nothing is written, and everything raises this error."""

    def __init__(self) -> None:
        self.number = 0

    def _fail(self) -> None:
        if self.number:
            raise OSError(self.number, os.strerror(self.number))

    def create(self, path: Path, data: bytes) -> None:
        """Write, or fail."""
        self._fail()
        super().create(path, data)

    def append(self, path: Path, data: bytes, *, at: int) -> None:
        """Append, or fail."""
        self._fail()
        super().append(path, data, at=at)

    def rename(self, path: Path, to: Path) -> None:
        """Rename, or fail."""
        self._fail()
        super().rename(path, to)

    def sync_directory(self, path: Path) -> None:
        """Force to disk, or fail."""
        self._fail()
        super().sync_directory(path)


def questions(world: World, campaign: str) -> Iterator[tuple[str, str, str, Any]]:
    """Protected reads of every kind, for ever: who asks, how, where, with which body."""
    one, two, _ = world.athletes["club-a"]
    asked = [{"athlete": athlete, "category": "sleep", "granularity": "daily"} for athlete in (one, two)]
    coach = {"actor": {"person": "R. D.", "role": "coach"}, "action": "read", "purpose": "training", "items": asked}
    tokens = f"/v1/campaigns/{campaign}/tokens"
    yield from itertools.cycle(
        [
            ("club-a", "POST", "/v1/decisions", coach),
            (
                "club-a",
                "GET",
                "/v1/snapshot",
                None,
            ),  # the same as before the disk failed: no entry, and still no answer
            ("club-b", "GET", "/v1/snapshot", None),
            ("league", "GET", "/v1/office/club-a?person=T&role=front_office", None),
            ("club-a", "POST", tokens, {"athletes": [one]}),
            ("club-a", "POST", f"/v1/campaigns/{campaign}/rounds/1/commit", {"tokens": ["none"]}),
            ("league", "GET", f"/v1/campaigns/{campaign}/spend", None),
            ("club-b", "GET", "/v1/office/club-a?person=T&role=front_office", None),  # not allowed either way
        ]
    )


@pytest.mark.slow
@pytest.mark.parametrize(("number", "reads"), [(errno.ENOSPC, READS), (errno.EIO, 80), (errno.EROFS, 80)])
def test_a_thousand_protected_reads_get_nothing_while_the_disk_fails(
    tmp_path: Path, clock: FakeClock, number: int, reads: int
) -> None:
    disk = FragileDisk()
    world = fill(make_service(tmp_path / "union", clock, disk=disk), clock)
    athlete = world.athletes["club-a"][0]
    world.give(athlete)
    world.take_part(athlete)
    world.approved(athlete)
    campaign = world.store.register_campaign(world.store.orgs()[3].org_id, world.campaign())
    with TestClient(app_of(world.service, clock=clock), raise_server_exceptions=False) as http:
        caller = Caller(world, http)
        assert caller.send("club-a", "GET", "/v1/snapshot").status_code == 200
        recorded = acts(world.service)

        disk.number = number
        asked = itertools.islice(questions(world, campaign), reads)
        answers = [caller.send(*question) for question in asked]
        troubled = http.get("/health").json()
        disk.number = 0

        assert Counter((answer.status_code, answer.content) for answer in answers) == {(503, _refusal()): reads}
        assert troubled == {"status": "late"}
        assert acts(world.service) == recorded
        _works_again(caller, recorded)


def _refusal() -> bytes:
    return httpx.Response(503, json=REFUSED).content.replace(b'": "', b'":"')


def _works_again(caller: Caller, recorded: dict[str, Any]) -> None:
    """Nothing that was acknowledged before is lost, no number was used twice, and everything is answered."""
    world = caller.world
    for question in itertools.islice(questions(world, "0" * 64), 4):
        assert caller.send(*question).status_code == 200
    world.verify()
    assert set(recorded) < set(acts(world.service))
    for athlete in world.athletes["club-a"]:
        looks = world.store.looks(athlete)
        assert looks.total == looks.proven > 0
        assert {entry.proof for entry in looks.entries} == {ProofState.PROVEN}
    assert caller.http.get("/health").json() == {"status": "ok"}


def test_a_publication_that_fails_stops_answers_until_one_works(tmp_path: Path, clock: FakeClock) -> None:
    disk = FragileDisk()
    world = fill(make_service(tmp_path / "union", clock, disk=disk), clock)
    with TestClient(app_of(world.service, clock=clock), raise_server_exceptions=False) as http:
        caller = Caller(world, http)
        disk.number = errno.ENOSPC
        with pytest.raises(Exception, match="cannot be published"):
            world.publish()
        disk.number = 0

        refused = caller.send("club-a", "GET", "/v1/snapshot")
        world.publish()
        answered = caller.send("club-a", "GET", "/v1/snapshot")

    assert (refused.status_code, answered.status_code) == (503, 200)
