"""Columns of speed and acceleration zones: a zone counts only where its name says its bounds."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from client.biometrics.streams import Stream
from client.ingest.sessions.track import HARD_M_S2, HIGH_SPEED_M_S, SPRINT_M_S

_NUMBER = r"(-?\d{1,6}(?:[.,]\d{1,6})?)"  # bounded, for a name is searched from each of its places
_BOUNDS = re.compile(
    rf"(?<!\d){_NUMBER}\s{{0,3}}(?:-|–|to)?\s{{0,3}}{_NUMBER}?\s{{0,3}}(km/h|m/s2|m/s²|m/s\^2|m/s)",
    re.IGNORECASE,
)
_FAST = re.compile(r"\b(?:hsr|vhsr|hsd|high[ -]speed|sprints?|sprinting)\b")
_METRES = ("(m)", "[m]")  # without them it may be how many sprints there were
_PER_UNIT = {"km/h": 1 / 3.6}
_SAME = 0.03  # ours: 19.8 km/h is 5.5 m/s


@dataclass(frozen=True, slots=True)
class Zone:
    """A column of one zone. low: its bound nearest to 0, in m/s or m/s². is_open: it has no other bound."""

    name: str
    low: float
    is_open: bool


def zones_of(header: Iterable[str]) -> dict[Stream, tuple[Zone, ...]]:
    """Return by stream the columns that add up to it: the zones from the stream's threshold upwards.

    A stream is there only where one of its zones begins at the threshold: 5.5 and 7.0 m/s, and 3 m/s². One that begins
    there and has no other bound ("> 19.8 km/h") holds those above it, and is the stream alone.
    """
    found: dict[Stream, list[Zone]] = {}
    for name in header:
        match = _BOUNDS.search(name)
        signed = [float(one.replace(",", ".")) for one in (match[1], match[2]) if one] if match else []
        kind = _kind(name.lower(), signed)
        if match is not None and kind is not None:
            factor = _PER_UNIT.get(match[3].lower(), 1.0)
            bounds = [abs(one) * factor for one in signed]
            for stream, threshold in kind:
                if min(bounds) >= threshold - _SAME:
                    found.setdefault(stream, []).append(Zone(name, min(bounds), len(bounds) == 1))
    return {stream: _added(stream, zones) for stream, zones in found.items() if _begins(stream, zones)}


def _added(stream: Stream, zones: Sequence[Zone]) -> tuple[Zone, ...]:
    """Return the zones that add up; more than one that holds all stands there twice, and the first is taken."""
    whole = [zone for zone in zones if zone.is_open and abs(zone.low - _THRESHOLD[stream]) <= _SAME]
    return tuple(whole[:1] or zones)


_THRESHOLD: Mapping[Stream, float] = {
    Stream.HIGH_SPEED_DISTANCE: HIGH_SPEED_M_S,
    Stream.SPRINT_DISTANCE: SPRINT_M_S,
    Stream.ACCELERATIONS: HARD_M_S2,
    Stream.DECELERATIONS: HARD_M_S2,
}


def _kind(name: str, bounds: Sequence[float]) -> list[tuple[Stream, float]] | None:
    if "<" in name or "below" in name:
        return None  # what is slower than a bound
    if "deceleration" in name:
        streams = [Stream.DECELERATIONS]
    elif "acceleration" in name:
        if min(bounds, default=0.0) < 0 < max(bounds, default=0.0):
            return None  # both
        streams = [Stream.DECELERATIONS if min(bounds, default=0.0) < 0 else Stream.ACCELERATIONS]
    elif "distance" in name or (_FAST.search(name) and name.rstrip().endswith(_METRES)):
        streams = [Stream.HIGH_SPEED_DISTANCE, Stream.SPRINT_DISTANCE]
    else:
        return None
    return [(stream, _THRESHOLD[stream]) for stream in streams]


def _begins(stream: Stream, zones: Iterable[Zone]) -> bool:
    return any(abs(zone.low - _THRESHOLD[stream]) <= _SAME for zone in zones)
