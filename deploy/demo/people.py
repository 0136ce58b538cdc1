"""The demo league's organisations and people: all invented, the same for the same seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

FIRST_NAMES = (
    "Anton Bela Cato Davi Eero Finn Goro Hugo Idris Jens Koji Luca Milo Nils Otto Pavel Quim Ravi Sami Tariq "
    "Ugo Vito Wim Yann Zeno Ada Bea Cleo Dina Elif Freya Gaia Hana Inez Juno Kaia Lena Mira Noor Oda Pia Runa "
    "Suna Tove Una Vera Wren Yara Zita Asta Bodil Carin Dora Esme Fenna Greta Hedda Ilse Jana Katla"
).split()
CLUB_NAMES = (
    "Eastmere FC",
    "Harrow Point",
    "Northgate United",
    "Saltmarsh Rovers",
    "Kingsbrook Athletic",
    "Westerley Town",
    "Oldferry FC",
    "Linden Park",
)
LEAGUE, UNION, GOVERNING_BODY = "league", "union", "gb"
LEAGUE_NAME, UNION_NAME, GOVERNING_BODY_NAME = "Coast League", "Coast Players’ Union", "Sports Governing Body"


@dataclass(frozen=True, slots=True)
class Club:
    """One club of the demo league."""

    org: str
    name: str


@dataclass(frozen=True, slots=True)
class Athlete:
    """One invented athlete; `source` names the data that the athlete's club holds for them."""

    athlete: str
    name: str
    club: str
    shirt_no: int
    source: str


def clubs(count: int) -> list[Club]:
    """Return `count` clubs; beyond the named ones they are numbered."""
    named = [*CLUB_NAMES, *(f"Club {n}" for n in range(len(CLUB_NAMES) + 1, count + 1))]
    return [Club(f"club-{letter_code(i)}", named[i]) for i in range(count)]


def letter_code(index: int) -> str:
    """a, b, … z, aa, ab, …"""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(ord("a") + rest) + text
    return text


def athlete_ids(generator: random.Random) -> Iterator[str]:
    """Endless pseudonyms. Demo only: a real node mints them from its secure generator."""
    while True:
        yield f"ath-{generator.getrandbits(64):016x}"


def person_names(generator: random.Random) -> Iterator[str]:
    """Endless short names such as "Sami K.", no two alike until they run out."""
    seen: set[str] = set()
    while True:
        name = f"{generator.choice(FIRST_NAMES)} {chr(ord('A') + generator.randrange(26))}."
        if name not in seen or len(seen) >= len(FIRST_NAMES) * 26:
            seen.add(name)
            yield name
