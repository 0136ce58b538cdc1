"""The bouts of one session in the order in which they were run, each with a figure for every metric."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from client.errors import UnreadableFile
from client.mechanics.run_direction import RunDirection
from models.arrays import Floats

LEAST_FRAMES = 30  # ours: a percentile of fewer is that of a few single frames
_NUMBERED = re.compile(r"(\D*)(\d{1,9})(\D*)", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
_SUMMARIES = {"mean": None, "p05": 5.0, "p95": 95.0}


@dataclass(frozen=True, slots=True)
class BoutFigures:
    """One bout. values: by metric, in degrees. speed_m_s: mean speed. quality: 0 to 1. NaN is not known.

    direction: of a bout of keypoints alone.
    """

    name: str
    values: Mapping[str, float]
    speed_m_s: float = np.nan
    quality: float = np.nan
    direction: RunDirection | None = None


@dataclass(frozen=True, slots=True)
class BoutSession:
    """Bouts of one session, by time. usual: the metrics that are compared unless others are asked for.

    has_speed, has_quality: whether the files give them at all, for some bouts or all. set_aside: names of columns and
    rows that stand in the files and are not used.
    """

    bouts: tuple[BoutFigures, ...]
    usual: tuple[str, ...]
    has_speed: bool = field(default=False, kw_only=True)
    has_quality: bool = field(default=False, kw_only=True)
    set_aside: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def metrics(self) -> tuple[str, ...]:
        """Every metric that some bout has a figure of."""
        return tuple(dict.fromkeys(name for bout in self.bouts for name in bout.values))

    @property
    def speed_m_s(self) -> Floats:
        """Mean speed of every bout, (bouts,)."""
        return np.array([bout.speed_m_s for bout in self.bouts])

    @property
    def quality(self) -> Floats:
        """Quality of every bout, (bouts,), 0 to 1."""
        return np.array([bout.quality for bout in self.bouts])

    def column(self, metric: str) -> Floats:
        """Return one metric of every bout, (bouts,)."""
        return np.array([bout.values.get(metric, np.nan) for bout in self.bouts])


def check_order(bouts: Sequence[BoutFigures]) -> None:
    """Raise UnreadableFile where two bouts have one name, or names that differ by a number alone are not in its order.

    Times of the day have to rise likewise.

    Rows sorted by a metric, or files in the order of the alphabet (10 before 2), would look like a change.
    """
    if max(Counter(bout.name for bout in bouts).values(), default=1) > 1:
        raise UnreadableFile("two bouts have the same name; give each bout of the session a name of its own")
    numbered = [_NUMBERED.fullmatch(bout.name) for bout in bouts]
    parts = [(found[1], found[3], int(found[2])) for found in numbered if found is not None]
    if len(parts) == len(bouts) and len({part[:2] for part in parts}) == 1 and parts != sorted(parts):
        raise UnreadableFile(
            "expected the bouts in the order in which they were run, found numbers that do not rise; sort rows or files"
        )
    clock = [tuple(int(part or 0) for part in at.groups()) for bout in bouts if (at := _CLOCK.fullmatch(bout.name))]
    if len(clock) == len(bouts) and clock != sorted(clock):
        raise UnreadableFile(
            "expected the bouts in the order in which they were run, found times that do not rise; sort the rows"
        )


def summaries(angles: Mapping[str, Floats]) -> dict[str, float]:
    """Return mean, 5th and 95th percentile over the frames of one bout, by `<angle>_mean`, `_p05` and `_p95`.

    angles: (frames,) each, in degrees. NaN where fewer than thirty frames are known.
    """
    return {
        f"{angle}_{name}": _summary(frames, at) for angle, frames in angles.items() for name, at in _SUMMARIES.items()
    }


def _summary(frames: Floats, percentile: float | None) -> float:
    known = frames[~np.isnan(frames)]
    if known.size < LEAST_FRAMES:
        return float("nan")
    return float(known.mean() if percentile is None else np.percentile(known, percentile))


def known_share(angles: Mapping[str, Floats]) -> float:
    """Return the share of frames in which every angle is known: the quality of a bout that was tracked."""
    frames = np.stack(list(angles.values()))
    return float((~np.isnan(frames)).all(axis=0).mean())
