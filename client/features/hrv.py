"""Heart-rate variability from beat-to-beat intervals: artefacts out first, differences only between neighbours.

RMSSD is taken over adjacent accepted pairs and never across a removed beat. Beats per minute sampled by a
watch are no beat intervals and are refused: their "RMSSD" is accidentally near and meaningless.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from client.errors import BadObservation
from models.arrays import Floats

RR_LOW_MS, RR_HIGH_MS = 300.0, 2000.0  # ours: 30 to 200 beats a minute; docs/indices.md §3.1
MAX_ARTEFACT_SHARE = 0.05  # ours: a recording with more is not valid; docs/indices.md §3.1
WARN_ARTEFACT_SHARE = 0.02  # ours; docs/indices.md §3.1
MIN_RECORDING_S = 60.0  # ultra-short recording: Esco and Flatt 2014
LOCAL_WINDOW = 11  # beats; the same span as the median of Lipponen and Tarvainen 2019
LOCAL_TOLERANCE = 0.20  # ours: a beat further than this from the median of its neighbours is an artefact


@dataclass(frozen=True, slots=True)
class HrvResult:
    """Time-domain variability of one recording.

    rmssd_ms, sdnn_ms (ddof 1): None when the recording is not valid; artefact_share in [0, 1];
    pairs: adjacent accepted pairs; pnn50: share of those pairs that differ by more than 50 ms, in per cent of
    the pairs (neurokit2 divides by the number of beats instead). quality: codes.
    """

    rmssd_ms: float | None
    lnrmssd: float | None
    sdnn_ms: float | None
    pnn50: float | None
    beats: int
    pairs: int
    artefact_share: float
    quality: tuple[str, ...]


def as_intervals(rr_ms: object) -> Floats:
    """Return intervals as a float64 array (beats,); raises BadObservation for anything but numbers in a row."""
    values = np.asarray(rr_ms, dtype=np.float64)
    if values.ndim != 1 or values.size == 0:
        raise BadObservation("rr_intervals: expected one interval per beat")
    return values


def accepted_beats(rr_ms: Floats) -> NDArray[np.bool_]:
    """True for each beat inside 300 to 2000 ms and within 20 % of the median of the beats around it.

    The window holds 11 beats, itself in the middle; at the ends it is as long as the series allows.
    """
    half = LOCAL_WINDOW // 2
    in_range = (rr_ms > RR_LOW_MS) & (rr_ms < RR_HIGH_MS)
    padded = np.concatenate([np.full(half, np.nan), np.where(in_range, rr_ms, np.nan), np.full(half, np.nan)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, LOCAL_WINDOW)
    medians = np.full(len(rr_ms), np.nan)
    known = np.isfinite(windows).any(axis=1)
    medians[known] = np.nanmedian(windows[known], axis=1)
    near: NDArray[np.bool_] = np.abs(rr_ms - medians) <= LOCAL_TOLERANCE * medians
    return in_range & near


def rmssd_ms(rr_ms: Floats, accepted: NDArray[np.bool_] | None = None) -> float | None:
    """Root mean square of successive differences [ms] over adjacent accepted pairs; None without a pair."""
    valid = np.ones(len(rr_ms), bool) if accepted is None else accepted
    differences = np.diff(rr_ms)[valid[1:] & valid[:-1]]
    return float(np.sqrt(np.mean(differences**2))) if differences.size else None


def analyse(rr_ms: Floats, *, correct: bool = True) -> HrvResult:
    """Time-domain variability of one recording of beat intervals (beats,), in ms.

    correct=False takes every beat as it is (for series that are already normal-to-normal).
    """
    accepted = accepted_beats(rr_ms) if correct else np.ones(len(rr_ms), bool)
    share = 1.0 - float(np.mean(accepted))
    paired = accepted[1:] & accepted[:-1]
    steps = np.diff(rr_ms)[paired]
    quality = _quality(rr_ms, share)
    value = rmssd_ms(rr_ms, accepted)
    usable = value is not None and value > 0 and "too_many_artefacts" not in quality and "too_short" not in quality
    kept = rr_ms[accepted]
    return HrvResult(
        rmssd_ms=value if usable else None,
        lnrmssd=math.log(value) if usable and value is not None else None,
        sdnn_ms=float(np.std(kept, ddof=1)) if usable and len(kept) > 1 else None,
        pnn50=float(100.0 * np.mean(np.abs(steps) > 50.0)) if usable and steps.size else None,
        beats=len(rr_ms),
        pairs=int(paired.sum()),
        artefact_share=share,
        quality=quality,
    )


def _quality(rr_ms: Floats, share: float) -> tuple[str, ...]:
    codes = []
    if share > MAX_ARTEFACT_SHARE:
        codes.append("too_many_artefacts")
    elif share > WARN_ARTEFACT_SHARE:
        codes.append("some_artefacts")
    if float(rr_ms.sum()) / 1000.0 < MIN_RECORDING_S:
        codes.append("too_short")
    return tuple(codes)
