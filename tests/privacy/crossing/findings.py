"""What a crossing is, and what is wrong with one: a foreign text in an answer, or an answer that tells."""

import itertools
import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import httpx

from audit.entries.events import EventKind
from tests.privacy.crossing.tenants import NOTHING
from tests.scale import FACTOR

Slots = Mapping[str, str]
"""Which tenant's thing stands at each place of a request."""
_LEAST_TEXT = 5
"""Shorter texts, and plain words, stand in sentences of ours as well."""
_VARYING = (
    (re.compile(rb'name="csrf" value="[^"]*"'), b'name="csrf"'),
    (re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"), b"a session of Flower's"),
    (re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)"), b"a time"),
)
_VARYING_HEADERS = ("date", "content-length", "homefield-time")


@dataclass(frozen=True, slots=True)
class Crossing:
    """One route, one caller, and whose things are named."""

    route: str
    caller: str
    slots: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """How a finding names it."""
        filled = ", ".join(f"{slot} of {tenant}" for slot, tenant in self.slots)
        return f"{self.route} by {self.caller}" + (f" with {filled}" if filled else "")

    def with_nothing(self, hidden: Iterable[str]) -> "Crossing":
        """The same request with things that do not exist in these places."""
        places = set(hidden)
        return Crossing(self.route, self.caller, tuple((s, NOTHING if s in places else t) for s, t in self.slots))


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of one. sent: texts of the caller's own request. kinds: the first kind of each act that it left.

    told: athletes in whose own list an entry about them appeared.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    content: bytes
    sent: tuple[str, ...]
    kinds: tuple[EventKind, ...]
    told: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, answer: httpx.Response, sent: Iterable[str], kinds: Iterable[EventKind], told: Iterable[str] = ()
    ) -> "Answered":
        """Take an answer of httpx apart."""
        headers = tuple(sorted(answer.headers.multi_items()))
        words = tuple(text for text in sent if len(text) >= _LEAST_TEXT and not text.isalpha())
        return cls(answer.status_code, headers, answer.content, words, tuple(kinds), frozenset(told))

    @property
    def comparable(self) -> tuple[object, ...]:
        """All that a caller could compare: times, form tokens and the texts that it sent itself apart."""
        headers = [(name, value) for name, value in self.headers if name not in _VARYING_HEADERS]
        return self.status, _plain(self.content, self.sent), [(n, _plain(v.encode(), self.sent)) for n, v in headers]

    @property
    def is_done(self) -> bool:
        """Whether the request was carried out."""
        return self.status in (200, 201, 303)

    def found(self, texts: Iterable[str]) -> list[str]:
        """Which of these texts stand in the answer, but for those that the caller sent."""
        whole = self.content + repr(self.headers).encode()
        return sorted(text for text in set(texts) - set(self.sent) if text.encode() in whole)


def _plain(content: bytes, sent: Iterable[str]) -> bytes:
    for text in sorted(sent, key=len, reverse=True):
        content = content.replace(text.encode(), b"what was sent")
    for pattern, instead in _VARYING:
        content = pattern.sub(instead, content)
    return content


def crossings(routes: Mapping[str, Iterable[str]], callers: Iterable[str], tenants: Iterable[str]) -> list[Crossing]:
    """Every route with every caller and every tenant at each of its places, routes in the order they are given."""
    holders, who, every = tuple(tenants), tuple(callers), []
    for route, slots in routes.items():
        named = tuple(slots)
        for caller, filled in itertools.product(who, itertools.product(holders, repeat=len(named))):
            every.append(Crossing(route, caller, tuple(zip(named, filled, strict=True))))
    return every


@dataclass(frozen=True, slots=True)
class Walls:
    """What callers may name and read, and what is exempt.

    may_name: whether a caller knows a thing of a tenant at a place. foreign: the texts that a caller must never read.
    told_apart: crossings in which something that is not the caller's may be told from nothing, and why.
    leaves_alike: whether the entries are those of nothing as well; where a try has an entry of its own they are not.
    """

    may_name: Callable[[str, str, str], bool]
    foreign: Callable[[str], Iterable[str]]
    told_apart: Callable[[Crossing], str] = lambda _: ""
    leaves_alike: bool = True

    def hidden(self, crossing: Crossing) -> list[str]:
        """The places of a crossing that name what is not the caller's."""
        return [s for s, t in crossing.slots if t != NOTHING and not self.may_name(crossing.caller, s, t)]

    def sample(self, every: Sequence[Crossing], *, most: Callable[[Crossing], float], seed: int) -> list[Crossing]:
        """All of them in a drill; in the gate `most` of each route and caller, with what they are compared with.

        most: how many fillings on average; below one, some callers are left out.
        """
        groups: dict[tuple[str, str], list[Crossing]] = {}
        for crossing in every:
            groups.setdefault((crossing.route, crossing.caller), []).append(crossing)
        draw, kept = random.Random(seed), set[Crossing]()
        for group in groups.values():
            number = int(most(group[0]) + draw.random())
            few = group if FACTOR > 1 else draw.sample(group, min(number, len(group)))
            kept.update(few, (one.with_nothing(self.hidden(one)) for one in few))
        return [crossing for crossing in every if crossing in kept]

    def problems(self, made: Mapping[Crossing, Answered]) -> list[str]:
        """Every answer that holds a foreign text, and every one that tells something foreign from nothing."""
        found = []
        for crossing, answered in made.items():
            found += [f"{crossing.name}: reads {text}" for text in answered.found(self.foreign(crossing.caller))]
            hidden = self.hidden(crossing)
            if hidden and not self.told_apart(crossing):
                nothing = made[crossing.with_nothing(hidden)]
                if answered.comparable != nothing.comparable:
                    found.append(f"{crossing.name}: is not answered like nothing")
                if self.leaves_alike and answered.kinds != nothing.kinds:
                    found.append(
                        f"{crossing.name}: leaves {list(answered.kinds)}, nothing leaves {list(nothing.kinds)}"
                    )
        return found

    def compared(self, made: Mapping[Crossing, Answered]) -> int:
        """How many answers were compared with the answer to nothing."""
        return sum(bool(self.hidden(one)) and not self.told_apart(one) for one in made)
