"""Thousands of events full of names, ids and values: the log serves none of it, in no disguise."""

import base64
import hashlib
import json
import random
import secrets
import urllib.parse
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from audit.entries.details.clubs import NodeDataErased, ProposalAnswered
from audit.entries.details.codes import ProposalAnswer
from audit.entries.events import Entry, EventKind
from audit.errors import QuorumNotMet
from audit.tlog.checkpoint import Checkpoint
from audit.tlog.signers import log_signers
from audit.writer.log import Log
from consent.app import app_of
from consent.registry.values import OrgKind
from consent.service import found, open_service
from consent.settings import make_settings
from consent.storage.log_journal import Draft
from consent.storage.rows import DataKeyRow
from policies.signing import SigningKey
from policies.vocabulary import AthleteId, Category, OrgId, Role
from tests.audit.entries.details.samples import DENIED, GRANTED
from tests.privacy.canaries import Search, disguises, needles_of
from tests.privacy.served_log import Response, everything
from tests.privacy.traffic import Clock, League
from tests.scale import scaled

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("canaries")]

EVENTS = scaled(2_000)
AN_ACT = 500
ATHLETES = 200
CLUBS = 4
MARKS = (
    "Quokka",  # stands in every name of a person
    "Wombat",  # in every text that somebody typed
    "canary-club",  # in every organisation
    "Dingo Rovers",  # in the clubs' own names
    "Platypus Union",  # in the name of who runs the service
    "canary.staff",  # in every id of a member of staff
    "ath-c0ffee",  # in every athlete's id
    "73.4191",  # in every RMSSD
    "rmssd_ms",
    "durability",
)
SHORT = (b"80-85", b"70-85", b"73.419")  # bands and beginnings of values: too short for every disguise


@dataclass(frozen=True)
class Served:
    """Everything a stranger can fetch, and everything the writer keeps beside it."""

    responses: tuple[Response, ...]
    private: tuple[tuple[str, bytes], ...]
    secrets: frozenset[bytes]
    athletes: tuple[str, ...]
    size: int

    def bytes(self) -> Iterator[tuple[str, bytes]]:
        for response in self.responses:
            yield response.path, response.body
            yield f"headers of {response.path}", response.headers
            yield "its address", response.path.encode()
        yield from self.private


class NoQuorum:
    """Witnesses that are never reached: a sequenced batch then waits on the disk."""

    def cosign(self, note: bytes, checkpoint: Checkpoint, proof: object) -> bytes:
        raise QuorumNotMet("nobody answered")


def founded(directory: Path) -> League:
    """A service whose every name is a canary."""
    settings = make_settings({"directory": directory, "name": "Platypus Union"})
    directory.mkdir(parents=True)
    found(settings)
    clock = Clock()
    service = open_service(settings, clock=clock)
    clubs = {}
    for number in range(CLUBS):
        club = OrgId(f"canary-club-{number}")
        key = SigningKey.generate().verify_key
        service.store.add_org(club, name=f"Dingo Rovers {number}", kind=OrgKind.CLUB, key=key)
        clubs[club] = [AthleteId(f"ath-c0ffee{number:02x}{n:08x}") for n in range(ATHLETES // CLUBS)]
        for n, athlete in enumerate(clubs[club]):
            service.store.enrol(club, athlete, name=f"Quokka Player {n}", shirt_no=n, is_minor=False)
    return League(service, clock, random.Random(1), clubs)


def draft(league: League, number: int) -> Draft:
    """One event about an athlete, with everything in its details that must never be served, wherever text fits."""
    club = OrgId(f"canary-club-{number % CLUBS}")
    athlete = league.clubs[club][number // CLUBS % (ATHLETES // CLUBS)]
    person = f"canary.staff.{number % 97}, Quokka Player {number}"
    access: dict[str, object] = {"person": person, "category": Category.DURABILITY}
    answered = ProposalAnswered(
        person=f"Wombat: the left knee hurts, said on the phone ({number})",
        role=Role.COACH,
        athlete=athlete,
        proposal=f"rmssd_ms-{73.4191 + number / 1e9}-80-85-70-85",
        answer=ProposalAnswer.REJECT,
    )
    about_the_club = NodeDataErased(athlete=athlete, club=club)
    granted = GRANTED.model_copy(update=access | {"grant": f"durability-{number}"})
    details = (granted, DENIED.model_copy(update=access), answered, about_the_club)[number % 4]
    return Draft.about(athlete, club, details)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """Events (a hundred thousand in the drill) through the real journal and log; the last act is not yet published."""
    league = founded(tmp_path_factory.mktemp("canaries") / "union")
    for start in range(0, EVENTS, AN_ACT):
        league.append([draft(league, number) for number in range(start, start + AN_ACT)])
        if start % (10 * AN_ACT) == 0:
            league.publish()
    league.publish()
    http = TestClient(app_of(league.service, clock=league.clock))
    responses = (*everything(http), *(answer(http, path) for path in ("/health", "/v1/keys")))
    league.append([draft(league, number) for number in range(AN_ACT)])
    directory, keys, size = league.service.settings.log_directory, key_bytes(league), league.service.log.size
    private = files_below(directory.with_name(f"{directory.name}.state"))
    seed, origin = league.service.keys.log_seed, league.service.settings.log_origin
    league.service.close()
    private += sequenced_files(directory, origin, seed) + files_below(directory)
    athletes = tuple(athlete for squad in league.clubs.values() for athlete in squad)
    return Served(responses, private, keys, athletes, size)


def answer(http: TestClient, path: str) -> Response:
    got = http.get(path)
    return Response(path, b"\n".join(name + b": " + value for name, value in got.headers.raw), got.content)


def sequenced_files(directory: Path, origin: str, seed: bytes) -> tuple[tuple[str, bytes], ...]:
    """The writer's files while a batch has its order and waits for witnesses."""
    with Log.open(directory, signers=log_signers(origin, seed), cosigner=NoQuorum()) as log:
        with pytest.raises(QuorumNotMet):
            log.publish()
        found = files_below(directory.with_name(f"{directory.name}.state"))
    assert [name for name, _ in found if name.endswith(".batch")]
    return found


def files_below(directory: Path) -> tuple[tuple[str, bytes], ...]:
    return tuple(
        (str(path.relative_to(directory)), path.read_bytes()) for path in directory.rglob("*") if path.is_file()
    )


def key_bytes(league: League) -> frozenset[bytes]:
    """Every secret key of the service and of its athletes: they must be served as little as what they seal."""
    context = league.service.store.transactions.context
    found = {value for value in astuple(context.keys) if isinstance(value, bytes)}
    with league.service.store.transactions.read() as tx:
        for row in tx.session.exec(select(DataKeyRow)).all():
            keys = context.journal.owner_keys(tx.session, row.owner)
            found |= {keys.data, keys.tags}
    return frozenset(found)


def test_all_events_are_served(served: Served) -> None:
    assert served.size > EVENTS
    assert len(served.responses) > 2 * EVENTS // 256
    names = {Path(name).suffix for name, _ in served.private}
    assert {".journal", ".batch", ".sqlite3"} <= names


def test_no_served_byte_holds_a_canary(served: Served) -> None:
    search = Search(needles_of(MARKS))

    hits = {where: found for where, data in served.bytes() if (found := search.find(data))}

    assert len(search) > 15 * len(MARKS)
    assert hits == {}
    assert [where for where, data in served.bytes() for short in SHORT if short in data] == []


def test_no_served_byte_holds_an_athletes_id_its_digest_or_a_key(served: Served) -> None:
    """An unsalted digest of an id is the id for whoever can count; a key opens everything."""
    needles = needles_of(served.athletes) | digests(served.athletes)
    needles |= set(served.secrets) | {key.hex().encode() for key in served.secrets}
    search = Search(needles)

    hits = {where: found for where, data in served.bytes() if (found := search.find(data))}

    assert len(search) > 20 * ATHLETES
    assert hits == {}


def digests(texts: tuple[str, ...]) -> set[bytes]:
    """Digests of the ids, whole and cut to a tag's length, as bytes and in hexadecimal."""
    whole = [hashlib.new(name, text.encode()).digest() for name in ("md5", "sha1", "sha256") for text in texts]
    cut = whole + [value[:16] for value in whole]
    return set(cut) | {value.hex().encode() for value in cut}


@pytest.mark.parametrize("text", [*MARKS, "ath-c0ffee0000000001", "Zoë Müller 7"])
def test_the_search_finds_every_disguise_wherever_it_stands(text: str) -> None:
    search = Search(needles_of([text]))

    for number, needle in enumerate(sorted(needles_of([text]))):
        noise = secrets.token_bytes(5_000 + number)
        assert needle in search.find(noise + needle + secrets.token_bytes(3))
        assert needle in search.find(needle)
    assert search.find(secrets.token_bytes(2_000_000)) == []


def test_encoders_of_others_are_among_the_disguises() -> None:
    """Checked against the library's own encoders inside a longer text, not against our list of disguises."""
    search = Search(needles_of(["Quokka Player 7"]))
    longer = "name=Quokka Player 7, born far away"
    for shift in range(3):
        text = "x" * shift + longer
        for encoded in (
            base64.b64encode(text.encode()),
            base64.urlsafe_b64encode(text.encode()),
            base64.b64encode(text.encode("utf-16-le")),
            text.encode().hex().encode(),
            text.encode("utf-16"),
            text.encode("utf-16-be"),
            urllib.parse.quote(text).encode(),
            urllib.parse.urlencode({"q": text}).encode(),
            json.dumps(text).encode(),
            text[::-1].encode(),
            text.upper().encode(),
        ):
            assert search.find(encoded), encoded


def test_a_canary_that_does_reach_the_log_is_found_in_what_it_serves(tmp_path: Path) -> None:
    """The whole way: a leaf with a name in it goes through log and HTTP, and the search finds it."""
    league = founded(tmp_path / "union")
    day = league.clock.now.date()
    leaf = Entry(
        EventKind.LOOK_ALLOWED, "Quokka Player 5", day, "", secrets.token_bytes(32), secrets.token_bytes(16)
    ).leaf()
    league.service.log.append_many([leaf])
    league.publish()

    search = Search(needles_of(MARKS))
    responses = everything(TestClient(app_of(league.service, clock=league.clock)))
    hits = {response.path for response in responses if search.find(response.body)}
    league.service.close()

    assert len(hits) == 1
    assert "/entries/" in hits.pop()


def test_short_texts_are_refused_rather_than_searched_for() -> None:
    assert not any(len(needle) < 6 for needle in needles_of(["80-85"]))
    assert b"80-85" in set(disguises("80-85"))
    with pytest.raises(ValueError, match="at least 6"):
        Search([b"80-85"])
