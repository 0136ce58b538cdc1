"""What a club, a league and athletes do at a consent service that is killed now and then, and what they were told.

Each line of work goes on until it is stopped. What was not answered is asked again, as the programs do: so everything
here is done exactly once, however often it was asked.
"""

import contextlib
import hashlib
import itertools
import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx

from chassis.clock import utc_now
from chassis.errors import ChassisError
from chassis.http.signed_client import SignedClient
from client.consent_client import ANSWERED
from consent.grants.values import Change, ConsentMethod
from consent.keys import read_keys
from consent.registry.values import OrgKind
from consent.service import Service, found, open_service
from consent.settings import make_settings, read_settings, write_settings
from policies.campaign import CampaignManifest, SignedManifest
from policies.signing import SigningKey
from policies.vocabulary import AthleteId, Category, OrgId, Role
from tests.consent.league import FakeClock, manifest
from tests.consent.portal_choices import portal
from tests.cosigned_campaigns import cosigned
from tests.drills.one_caller import CATEGORIES, share

CLUB, LEAGUE = OrgId("club-a"), OrgId("league")
LEARNING = (Category.SLEEP, Category.WELLNESS, Category.READINESS)
ROUNDS = 4
NO_LIMIT = 10**9
MOST_ENROLLED = 200  # a round leaves an entry for each of them, and a club has at most 1,000


@dataclass
class Told:
    """What was acknowledged. stopped: categories by athlete. rounds: paid ones by campaign.

    answers: hash of the one answer to a round, by campaign and round. left_out: rounds of which the service cannot say
    whether they were answered, because a kill came between the log and the database.
    """

    enrolled: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    stopped: list[tuple[AthleteId, str]] = field(default_factory=list)
    campaigns: list[str] = field(default_factory=list)
    tokens: dict[str, dict[str, str]] = field(default_factory=dict)
    rounds: Counter[str] = field(default_factory=Counter)
    answers: dict[tuple[str, int], str] = field(default_factory=dict)
    left_out: list[tuple[str, int]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    unanswered: int = 0

    @property
    def count(self) -> int:
        """How many acts were acknowledged."""
        lists = (self.enrolled, self.asked, self.stopped, self.campaigns, self.tokens, self.answers, self.closed)
        return sum(map(len, lists)) + self.rounds.total()


@dataclass
class KilledUnion:
    """The folder of a service with a club, a league, athletes who share, and athletes who take part in learning."""

    folder: Path
    keys: dict[str, SigningKey]
    audience: str
    codes: dict[AthleteId, str]
    learners: list[AthleteId]

    @classmethod
    def make(cls, folder: Path, *, sharing: int, learning: int) -> "KilledUnion":
        """Set one up. sharing: athletes who will stop sharing; learning: athletes in campaigns."""
        folder.mkdir()
        limits = ("requests_a_minute", "items_a_minute", "address_requests_a_minute")
        settings = make_settings(
            {"directory": folder, "name": "Union", "checkpoint_every_s": 1, **dict.fromkeys(limits, NO_LIMIT)}
        )
        found(settings)
        write_settings(settings)
        keys = {CLUB: SigningKey.generate(), LEAGUE: SigningKey.generate()}
        with contextlib.closing(open_service(settings, clock=utc_now)) as service:
            service.store.add_org(LEAGUE, name="League", kind=OrgKind.LEAGUE, key=keys[LEAGUE].verify_key)
            service.store.add_org(CLUB, name="Club", kind=OrgKind.CLUB, key=keys[CLUB].verify_key)
            service.store.join_league(CLUB, LEAGUE)
            codes = {one: _sharing(service, one) for one in _ids(1, sharing)}
            learners = _ids(1_000, learning)
            for one in learners:
                _learning(service, one)
            audience = service.keys.service.verify_key.key_id
        return cls(folder, keys, audience, codes, learners)

    def opened(self) -> Service:
        """Open the service's folder while no program runs in it."""
        return open_service(read_settings(self.folder), clock=utc_now)

    def line(self, org: str, address: str) -> SignedClient:
        """A signed line of one organisation."""
        return SignedClient(address, self.keys[org], audience=self.audience, clock=utc_now, largest_answer=1 << 20)

    def campaign(self, number: int) -> SignedManifest:
        """Another campaign of the league, cheap enough for many."""
        clock = FakeClock()
        clock.now = utc_now()
        made: CampaignManifest = manifest(
            _At(clock),  # type: ignore[arg-type]
            campaign_id=f"learning-{number}",
            clubs={CLUB: "key"},
            noise_multiplier=200.0,
            rounds=ROUNDS,
        )
        union = read_keys(read_settings(self.folder).keys_directory).service
        return cosigned(made, self.keys[LEAGUE], union)


@dataclass
class _At:
    """The one thing that a manifest is made from: a clock."""

    clock: FakeClock


def _ids(first: int, count: int) -> list[AthleteId]:
    return [AthleteId(f"ath-{number:016x}") for number in range(first, first + count)]


def _sharing(service: Service, athlete: AthleteId) -> str:
    service.store.enrol(CLUB, athlete, name=f"Athlete {athlete[-3:]}", shirt_no=1, is_minor=False)
    return share(service, athlete)


def _learning(service: Service, athlete: AthleteId) -> None:
    service.store.enrol(CLUB, athlete, name=f"Learner {athlete[-3:]}", shirt_no=2, is_minor=False)
    wanted = [
        Change(cell.cell, cell.ceiling, utc_now() + timedelta(days=100))
        for cell in service.store.matrix(athlete)
        if cell.category in LEARNING and cell.recipient.role is Role.FL_AGGREGATOR
    ]
    portal(service.store).change(athlete, wanted, method=ConsentMethod.PORTAL)


class ConsentLoad:
    """The work, each kind in a thread of its own. up: set while the service is said to run."""

    def __init__(self, union: KilledUnion, address: str) -> None:
        self.union, self.address = union, address
        self.told, self.stop = Told(), threading.Event()
        self.faults: list[BaseException] = []
        self._pause = threading.Event()

    @contextlib.contextmanager
    def going(self) -> Iterator[Told]:
        """Work until the block ends; whatever is asked then is asked to its end."""
        kinds = (self._enrol, self._ask, self._withdraw, self._learn)
        threads = [threading.Thread(target=self._guarded, args=(kind,)) for kind in kinds]
        for thread in threads:
            thread.start()
        try:
            yield self.told
        finally:
            self.stop.set()
            for thread in threads:
                thread.join()
        for fault in self.faults:
            raise fault

    def _guarded(self, kind: Callable[[], None]) -> None:
        try:
            kind()
        except BaseException as fault:
            self.faults.append(fault)

    def _insist(self, ask: Callable[[], object]) -> object:
        """Ask until there is an answer; a service that is away is asked again."""
        while True:
            try:
                return ask()
            except (ChassisError, httpx.TransportError):
                self.told.unanswered += 1
                self._pause.wait(0.2)

    def _sent(self, line: SignedClient, method: str, target: str, body: dict[str, object]) -> dict[str, object]:
        answer = line.send(method, target, body)
        if answer.status >= 500:
            raise httpx.ReadError("closed while it answered")
        assert answer.status in (200, 201), (target, answer.status, answer.body)
        return dict(json.loads(answer.body))

    def _enrol(self) -> None:
        with contextlib.closing(self.union.line(CLUB, self.address)) as line:
            for number in range(1_000_000, 1_000_000 + MOST_ENROLLED):
                if self.stop.is_set():
                    return
                athlete = f"ath-{number:016x}"
                body = {"athlete": athlete, "name": f"New {number}", "shirt_no": 3, "is_minor": False}
                self._insist(lambda body=body: self._sent(line, "POST", "/v1/members", body))
                self.told.enrolled.append(athlete)
                self._pause.wait(0.3)

    def _ask(self) -> None:
        """Questions of one person each: what is not answered is not asked again, and may stand in the log or not."""
        one = next(iter(self.union.codes))
        item = {"athlete": one, "category": "sleep", "granularity": "daily"}
        with contextlib.closing(self.union.line(CLUB, self.address)) as line:
            for number in itertools.count():
                if self.stop.is_set():
                    return
                actor = {"person": f"P {number}", "role": "coach"}
                body = {"actor": actor, "action": "read", "purpose": "training", "items": [item]}
                with contextlib.suppress(ChassisError, httpx.TransportError):
                    self._sent(line, "POST", "/v1/decisions", body)
                    self.told.asked.append(f"P {number}")
                self._pause.wait(0.2)

    def _withdraw(self) -> None:
        here = {"Origin": self.address, "Sec-Fetch-Site": "same-origin"}
        for athlete, code in self.union.codes.items():
            with httpx.Client(base_url=self.address, trust_env=False, timeout=60.0, headers=here) as browser:
                for category in CATEGORIES if self._is_signed_in(browser, code) else ():
                    if self.stop.is_set():
                        return
                    self._insist(lambda category=category: self._stopped(browser, category))
                    self.told.stopped.append((athlete, category.value))
                    self._pause.wait(0.1)

    def _is_signed_in(self, browser: httpx.Client, code: str) -> bool:
        """A code opens one session once; one that was spent without an answer opens nothing any more."""
        answer = self._insist(lambda: browser.post("/sign-in", data={"code": code}))
        return isinstance(answer, httpx.Response) and answer.status_code == 303

    def _stopped(self, browser: httpx.Client, category: Category) -> None:
        page = browser.get("/settings")
        if page.status_code >= 500:
            raise httpx.ReadError("closed while it answered")
        token = re.findall(r'name="csrf" value="([^"]+)"', page.text)[0]
        fields = {"csrf": token, "recipient": f"{CLUB}.{Role.COACH.value}"}
        answer = browser.post(f"/change/{category.value}/stop", data=fields)
        if answer.status_code >= 500:
            raise httpx.ReadError("closed while it answered")
        assert answer.status_code == 303, answer.status_code

    def _learn(self) -> None:
        """One campaign after the other: registered, reserved, paid round by round, closed."""
        club, league = (self.union.line(org, self.address) for org in (CLUB, LEAGUE))
        with contextlib.closing(club), contextlib.closing(league):
            for number in itertools.count():
                if self.stop.is_set():
                    return
                self._one_campaign(club, league, self.union.campaign(number), closes=number % 2 == 0)

    def _one_campaign(self, club: SignedClient, league: SignedClient, signed: SignedManifest, *, closes: bool) -> None:
        sha256, told = signed.manifest.sha256, self.told
        self._insist(lambda: self._sent(league, "POST", "/v1/campaigns", signed.as_json()))
        told.campaigns.append(sha256)
        wanted = {"athletes": list(self.union.learners)}
        answer = self._insist(lambda: self._sent(club, "POST", f"/v1/campaigns/{sha256}/tokens", wanted))
        told.tokens[sha256] = {one["athlete"]: one["token"] for one in answer["tokens"]}  # type: ignore[index]
        paid = {"tokens": list(told.tokens[sha256].values()), "again": True}
        for number in range(1, ROUNDS if closes else ROUNDS + 1):
            if self.stop.is_set():
                return
            target = f"/v1/campaigns/{sha256}/rounds/{number}/commit"
            self._insist(lambda target=target: self._sent(club, "POST", target, paid))
            told.rounds[sha256] += 1
            self._insist(lambda number=number: self._noted(club, sha256, number))
            self._pause.wait(0.05)
        if closes:
            body = {"kind": "campaign_closed", "details": {"campaign": sha256}}
            self._insist(lambda: self._sent(league, "POST", "/v1/events", body))
            told.closed.append(sha256)

    def _noted(self, club: SignedClient, sha256: str, number: int) -> None:
        """Note the one answer to a round; 410 where the service cannot know any more whether there is another."""
        answer = hashlib.sha256(f"{sha256} {number}".encode()).hexdigest()
        target = f"/v1/campaigns/{sha256}/rounds/{number}/answer"
        said = club.send("POST", target, {"answer": answer})
        if said.status == ANSWERED:
            self.told.left_out.append((sha256, number))
            return
        if said.status >= 500:
            raise httpx.ReadError("closed while it answered")
        assert said.status == 200, (target, said.status, said.body)
        self.told.answers[sha256, number] = answer
