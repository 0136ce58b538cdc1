"""One-time sign-in codes, sessions and demo personas."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from chassis.http.loopback import is_loopback
from consent.errors import InvalidSettings, NotFound, SignInRefused
from consent.identity import codes
from consent.identity.sessions import AthleteSessions
from consent.settings import make_settings, read_settings
from consent.storage.rows import SessionRow, SignInCodeRow
from policies.vocabulary import AthleteId
from tests.consent.league import FakeClock, World, make_service


def new_code(world: World, athlete: AthleteId) -> str:
    with Session(world.service.engine.execution_options(is_writer=True)) as session:
        code, _ = codes.create(session, athlete, key=world.service.keys.codes, now=world.clock.now)
        session.commit()
    return code


def test_a_code_opens_one_session_once(world: World) -> None:
    athlete, sessions = world.athletes["club-a"][0], world.service.sessions
    code = new_code(world, athlete)

    session = sessions.read(sessions.sign_in_with_code(f"  {code.upper()} "))

    assert session is not None
    assert session.athlete == athlete
    assert world.store.looks(athlete, limit=1).entries[0].kind == "signed_in"
    with pytest.raises(SignInRefused):
        sessions.sign_in_with_code(code)


def test_codes_end_after_half_an_hour_and_with_the_next_code(lite: World) -> None:
    athlete, sessions = lite.athletes["club-a"][0], lite.service.sessions
    first = new_code(lite, athlete)
    second = new_code(lite, athlete)

    with pytest.raises(SignInRefused) as old:
        sessions.sign_in_with_code(first)
    lite.clock.forward(minutes=30)
    with pytest.raises(SignInRefused) as late:
        sessions.sign_in_with_code(second)
    with pytest.raises(SignInRefused) as invented:
        sessions.sign_in_with_code("2222-3333-4444")

    assert len({str(error.value) for error in (old, late, invented)}) == 1


def test_a_code_needs_an_enrolled_athlete(lite: World) -> None:
    with pytest.raises(NotFound):
        new_code(lite, AthleteId("ath-ffffffffffffffff"))


def test_neither_code_nor_session_id_is_stored(lite: World) -> None:
    athlete = lite.athletes["club-a"][0]
    code = new_code(lite, athlete)
    with lite.store.transactions.read() as tx:
        stored_code = tx.session.exec(select(SignInCodeRow)).one().digest
    session_id = lite.service.sessions.sign_in_with_code(code)
    with lite.store.transactions.read() as tx:
        stored = tx.session.exec(select(SessionRow)).one().digest

    assert code.replace("-", "") not in stored_code
    assert session_id not in stored
    database = (lite.service.settings.directory / "consent.sqlite3").read_bytes()
    assert session_id.encode() not in database


def test_a_session_ends_by_idleness_by_sign_out_and_after_twelve_hours(lite: World) -> None:
    athlete, sessions = lite.athletes["club-a"][0], lite.service.sessions
    idle, closed, busy = (sessions.sign_in_with_code(new_code(lite, athlete)) for _ in range(3))

    sessions.close(closed)
    for _ in range(12 * 6):
        lite.clock.forward(minutes=10)
        alive = sessions.read(busy)
        if lite.clock.now < FakeClock().now + timedelta(hours=12):
            assert alive is not None

    assert [sessions.read(s) for s in (idle, closed, busy)] == [None, None, None]
    assert sessions.read("invented") is None
    assert sessions.read(None) is None


def test_signing_in_again_replaces_the_session_and_its_csrf_token(lite: World) -> None:
    athlete, sessions = lite.athletes["club-a"][0], lite.service.sessions
    first = sessions.sign_in_with_code(new_code(lite, athlete))
    old = sessions.read(first)

    second = sessions.sign_in_with_code(new_code(lite, athlete), replaces=first)

    new = sessions.read(second)
    assert old is not None
    assert new is not None
    assert sessions.read(first) is None
    assert old.csrf != new.csrf


def test_personas_exist_only_in_demo_mode_on_loopback(lite: World) -> None:
    athlete, transactions = lite.athletes["club-a"][0], lite.store.transactions
    plain = lite.service.settings
    demo = AthleteSessions(transactions, plain.model_copy(update={"demo": True}))
    exposed = AthleteSessions(transactions, plain.model_copy(update={"demo": True, "host": "192.0.2.1"}))

    assert len(demo.personas()) == 6
    assert demo.read(demo.sign_in_as_persona(athlete)) is not None
    for closed in (lite.service.sessions, exposed):
        assert closed.personas() == []
        with pytest.raises(SignInRefused):
            closed.sign_in_as_persona(athlete)


def test_a_session_of_the_demo_ends_with_the_demo(lite: World) -> None:
    athlete, plain = lite.athletes["club-a"][0], lite.service.settings
    demo = AthleteSessions(lite.store.transactions, plain.model_copy(update={"demo": True}))
    held = demo.sign_in_as_persona(athlete)

    assert demo.read(held) is not None
    assert lite.service.sessions.read(held) is None


def test_no_read_of_a_session_takes_a_turn_among_the_writers(lite: World) -> None:
    sessions, writes = lite.service.sessions, lite.store.transactions.write
    held = sessions.sign_in_with_code(new_code(lite, lite.athletes["club-a"][0]))
    taken: list[int] = []
    object.__setattr__(lite.store.transactions, "write", lambda: taken.append(1) or writes())

    for _ in range(60):
        lite.clock.forward(seconds=1)
        assert sessions.read(held) is not None
    assert taken == []

    sessions.keep_clocks()
    assert taken == [1]


def test_settings_of_version_0_1_open_and_its_secure_names_what_replaced_it(tmp_path: Path, clock: FakeClock) -> None:
    make_service(tmp_path / "union", clock).close()
    path = tmp_path / "union" / "settings.json"
    stored = json.loads(path.read_text())
    assert "secure" not in stored

    path.write_text(json.dumps(stored | {"secure": False}))
    assert read_settings(tmp_path / "union").name == stored["name"]
    path.write_text(json.dumps(stored | {"secure": True}))
    with pytest.raises(InvalidSettings, match="--public-url"):
        read_settings(tmp_path / "union")


def test_demo_mode_off_loopback_refuses_to_start(tmp_path: Path, clock: FakeClock) -> None:
    with pytest.raises(InvalidSettings, match="loopback"):
        make_service(tmp_path / "union", clock, demo=True, host="0.0.0.0")
    make_service(tmp_path / "union", clock, demo=True, host="::1").close()


INSIDE = ("127.0.0.1", "::1", "localhost", "127.8.8.8")
OUTSIDE = ("0.0.0.0", "::", "localhost.example", "10.0.0.1", "")


@pytest.mark.parametrize("host", [*INSIDE, *OUTSIDE])
def test_what_counts_as_loopback(host: str) -> None:
    assert is_loopback(host) is (host in INSIDE)


def test_settings_say_what_was_expected() -> None:
    with pytest.raises(InvalidSettings) as caught:
        make_settings({"directory": "x", "name": "U", "checkpoint_every_s": 0})

    expected = "the setting checkpoint_every_s is not as expected: input should be greater than or equal to 1"
    assert str(caught.value) == expected


def test_settings_name_the_field_that_is_wrong_and_not_its_value() -> None:
    with pytest.raises(InvalidSettings) as caught:
        make_settings({"directory": "x", "name": "U", "database": "s3cret" * 100})

    assert "database" in str(caught.value)
    assert "s3cret" not in str(caught.value)
