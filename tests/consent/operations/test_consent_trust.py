"""DIR/trust.policy, and a log that publishes only what its witnesses have cosigned."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from audit.entries.events import EventKind
from audit.errors import LogUnavailable, QuorumNotMet
from audit.tlog.trust_policy import parse_policy
from audit.verification.verify import verify_log
from audit.witness.app import build_witness_app
from audit.witness.config import WitnessConfig, add_logs, create_witness, watched_log
from audit.witness.store import WitnessStore, begin_record
from audit.witness.witness import Witness
from chassis.web.serving import listen, serving
from consent import trust_file
from consent.app import app_of
from consent.athlete.values import ProofState
from consent.errors import InvalidSettings
from consent.registry.values import OrgKind
from consent.service import Service
from policies.vocabulary import OrgId
from tests.consent.league import FakeClock, Template, World, make_service

NAMES = ("gb", "university", "council")


class Ring:
    """Three real witnesses, each on a port of its own; any of them can be stopped and started again."""

    def __init__(self, folder: Path, vkeys: tuple[str, ...]) -> None:
        self.folder = folder
        self.configs = {name: self._create(name, vkeys) for name in NAMES}
        self.ports = dict.fromkeys(NAMES, 0)
        self.up = {name: contextlib.ExitStack() for name in NAMES}

    def _create(self, name: str, vkeys: tuple[str, ...]) -> WitnessConfig:
        log = watched_log(vkeys)
        config = add_logs(create_witness(self.folder / name, f"{name}.example/witness"), [log])
        begin_record(self.folder / name, log)
        return config

    def start(self, *names: str) -> None:
        """Serve these witnesses."""
        for name in names:
            store = self.up[name].enter_context(WitnessStore.open(self.folder / name, self.configs[name]))
            witness = Witness(self.configs[name], store, clock=lambda: datetime.now(UTC))
            listener = listen(build_witness_app(witness), host="127.0.0.1", port=self.ports[name], site=None)
            self.up[name].enter_context(serving([listener]))
            self.ports[name] = listener.port

    def stop(self, *names: str) -> None:
        """Stop these witnesses."""
        for name in names:
            self.up[name].close()

    @property
    def lines(self) -> str:
        """The lines of the policy: all three, two of them needed."""
        witnesses = [
            f"witness {name} {config.vkeys[0]} http://127.0.0.1:{self.ports[name]}\n"
            for name, config in self.configs.items()
        ]
        return "".join(witnesses) + f"group quorum-of-witnesses 2 {' '.join(NAMES)}\nquorum quorum-of-witnesses\n"


@pytest.fixture
def ring(tmp_path: Path, lite: World) -> Iterator[Ring]:
    """Three witnesses that watch the small league's log."""
    made = Ring(tmp_path, lite.service.log.vkeys)
    made.start(*NAMES)
    yield made
    made.stop(*NAMES)


def reopened(world: World, lines: str) -> Service:
    """The league's service with these lines in place of `quorum none`."""
    world.service.close()
    path = world.service.settings.directory / trust_file.POLICY_FILE
    path.write_text(path.read_text().replace("quorum none\n", lines))
    world.service = make_service(world.service.settings.directory, world.clock)
    return world.service


def test_a_new_log_is_believed_under_its_own_keys_and_no_witness(lite: World) -> None:
    text = lite.service.trust.text

    policy = parse_policy(text.encode())

    assert [log.verifier.vkey for log in policy.logs] == list(lite.service.log.vkeys)
    assert policy.needed() == (0, 0)
    assert "Get this file from somebody you trust" in text
    with pytest.raises(InvalidSettings, match="never overwritten"):
        trust_file.write_first(lite.service.settings.directory, lite.service.log.vkeys)


def test_what_the_policys_comment_tells_holds_before_and_after_witnesses_are_named(lite: World) -> None:
    text = lite.service.trust.text
    named = text.replace("quorum none\n", "group enough 1 board\nquorum enough\n")

    for one in (text, named):
        comment = [line for line in one.splitlines() if line.startswith("#")]
        (quorum,) = [line for line in one.splitlines() if line.startswith("quorum")]
        assert any('the line that begins with "quorum"' in line for line in comment)
        assert not [line for line in comment if "none" in line], quorum


def test_entries_wait_until_enough_witnesses_have_cosigned(lite: World, ring: Ring) -> None:
    service = reopened(lite, ring.lines)
    athlete = lite.athletes["club-a"][0]
    lite.give(athlete)
    ring.stop("university", "council")

    with pytest.raises(QuorumNotMet):
        lite.publish()
    waiting = service.store.looks(athlete)
    ring.start("council")
    lite.publish()
    proven = service.store.looks(athlete)

    assert [entry.proof for entry in waiting.entries] == [ProofState.WAITING] * 2
    assert waiting.is_whole
    assert [entry.proof for entry in proven.entries] == [ProofState.PROVEN] * 2
    state = service.store.log_state()
    assert (state.cosigned, state.witnesses, state.needed, state.has_quorum) == (2, 3, 2, True)
    trusted = verify_log(str(service.settings.log_directory), service.trust.policy).trusted
    assert {cosignature.witness for cosignature in trusted.cosignatures} == {"gb", "council"}


def test_a_witness_with_two_keys_is_counted_once(lite: World, ring: Ring) -> None:
    lines = [
        f"witness {name}+{key} {vkey} http://127.0.0.1:{ring.ports[name]}\n"
        for name, config in ring.configs.items()
        for key, vkey in zip(("ed", "pq"), config.vkeys, strict=True)
    ]
    groups = [f"group {name} any {name}+ed {name}+pq\n" for name in NAMES]
    service = reopened(lite, "".join(lines + groups) + f"group two 2 {' '.join(NAMES)}\nquorum two\n")
    ring.stop("university", "council")

    with pytest.raises(QuorumNotMet, match="by at least 2 of 3 witnesses, got 1: "):
        lite.publish()
    ring.start("university")
    lite.publish()

    state = service.store.log_state()
    assert (state.cosigned, state.witnesses, state.needed, state.has_quorum) == (2, 3, 2, True)


def test_a_log_that_was_published_without_witnesses_waits_for_them(lite: World, ring: Ring) -> None:
    """What stood under a checkpoint of before is asked for anew: nothing is called proven that the policy does not."""
    athlete = lite.athletes["club-a"][0]
    assert lite.store.looks(athlete).proven == 1
    service = reopened(lite, ring.lines)

    before, state = service.store.looks(athlete), service.store.log_state()
    lite.publish()

    assert [entry.proof for entry in before.entries] == [ProofState.WAITING]
    assert (state.cosigned, state.has_quorum) == (0, False)
    assert service.store.looks(athlete).proven == 1


def test_with_the_witnesses_away_for_a_day_nothing_is_answered_until_they_are_back(lite: World, ring: Ring) -> None:
    service = reopened(lite, ring.lines)
    ring.stop(*NAMES)
    lite.give(lite.athletes["club-a"][0])
    lite.clock.now += timedelta(days=1, seconds=1)

    with pytest.raises(LogUnavailable):
        lite.give(lite.athletes["club-a"][1])
    with TestClient(app_of(service, clock=lite.clock)) as http:
        assert http.get("/health").json() == {"status": "late"}
        ring.start("gb", "university")
        lite.publish()
        lite.give(lite.athletes["club-a"][1])
        assert http.get("/health").json() == {"status": "ok"}


def test_what_waited_while_the_service_was_stopped_does_not_stop_its_start(template: Template, tmp_path: Path) -> None:
    clock = FakeClock()
    world = template.open_copy(tmp_path / "union", clock)
    world.give(world.athletes["club-a"][0])
    world.service.close()
    clock.now += timedelta(days=3)

    service = make_service(tmp_path / "union", clock)

    service.store.add_org(OrgId("club-c"), name="C", kind=OrgKind.CLUB, key=None)
    assert service.store.looks(world.athletes["club-a"][0]).proven == 2
    service.close()


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("quorum nobody\n", "line"),
        ("", "quorum"),
        ("witness w KEY\nquorum none\n", "line"),
        ("quorum none", "newline"),
    ],
)
def test_a_policy_that_cannot_be_read_stops_the_start_and_names_the_place(lite: World, lines: str, says: str) -> None:
    with pytest.raises(InvalidSettings, match=says) as caught:
        reopened(lite, lines)

    assert "trust.policy" in str(caught.value)


def test_a_policy_without_this_logs_keys_or_with_a_quorum_nobody_can_meet_stops_the_start(
    lite: World, ring: Ring, tmp_path: Path
) -> None:
    lite.service.close()
    path = lite.service.settings.directory / trust_file.POLICY_FILE
    first = path.read_text()
    one_key = "".join(line for line in first.splitlines(keepends=True) if lite.service.log.vkeys[1] not in line)
    unreachable = "".join(f"{line.rpartition(' http')[0] or line}\n" for line in ring.lines.splitlines())
    elsewhere = ring.lines.replace("http://127.0.0.1", "http://witness.example")

    for text, says in (
        (one_key, "each of this log's 2 keys"),
        (first.replace("quorum none\n", unreachable), "with an address"),
        (first.replace("quorum none\n", elsewhere), "https"),
    ):
        path.write_text(text)
        with pytest.raises(InvalidSettings, match=says):
            make_service(lite.service.settings.directory, lite.clock)


def test_every_publication_holds_one_heartbeat_of_the_union_and_it_is_nobodys(lite: World) -> None:
    start = lite.service.log.size
    for _ in range(3):
        lite.publish()

    leaves = [lite.service.log.leaf(index) for index in range(start, lite.service.log.size)]
    assert len(leaves) == len(set(leaves)) == 3
    assert lite.published_since(start) == []
    kinds = {entry.kind for entry in lite.verify().columns}
    assert EventKind.HEARTBEAT in kinds
    assert lite.store.status().log_waiting == 0
