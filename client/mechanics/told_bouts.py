"""Bouts in words: which were empty, far from the others or on neither side, and how fast they were."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from chassis.text import counted, listed, sentence
from client.ingest.cells.shown_names import shown_names
from client.mechanics.bout_change import LEAST_BOUTS
from client.mechanics.early_and_late import BoutWindow, MetricChange
from client.mechanics.session_bouts import BoutSession

_SAME_M_S = 0.005  # ours: prints as 0.00


def bouts_told(session: BoutSession, found: Sequence[MetricChange], *, early: int, late: int) -> Iterator[str]:
    """Yield a sentence for bouts that are far from the others, for those without a figure, and for those between."""
    for one in found:
        for bout, value in one.outliers:
            yield f"{one.metric}: bout {shown_names([bout])}: {value:.1f}, far from the others."
    empty = "no figure or no speed" if session.has_speed else "no figure"
    for one in found:
        if one.unknown_bouts and one.known_bouts < early + late <= len(session.bouts):
            advice = _advice(one.known_bouts, early, late)
            yield f"{one.metric}: {empty} in bout {shown_names(one.unknown_bouts)}; {advice}."
        elif one.unknown_bouts and one.windows is not None:
            yield f"{one.metric}: {empty} in bout {shown_names(one.unknown_bouts)}, left out."
    between = {one.metric: counted(one.unused_bouts, "bout") for one in found if one.unused_bouts}
    yield from _each(between, found, lambda bouts: f"on neither side, in the middle: {bouts}")


def _advice(known: int, early: int, late: int) -> str:
    """Return the options with which the known bouts are enough, or how many more it takes."""
    if known - early >= LEAST_BOUTS:
        return f"--late {known - early} compares those that are known"
    if known >= 2 * LEAST_BOUTS:
        return f"--early {known - LEAST_BOUTS} --late {LEAST_BOUTS} compares those that are known"
    return f"{known} are known, and at least {2 * LEAST_BOUTS} have to be"


def told_of_speed(session: BoutSession, found: Sequence[MetricChange]) -> Iterator[str]:
    """Yield how much faster or slower the late bouts were; by metric where the windows of metrics differ."""
    if not session.has_speed:
        yield (
            "No speeds are given, so a change may be one of speed alone; a table of bouts with a column speed_m_s is "
            "compared at equal speed."
        )
        return
    told = {one.metric: _step(*one.windows) for one in found if one.windows is not None}
    said = list(_each(told, found, lambda step: f"the late bouts were {step}"))
    yield " ".join(["Changes are at equal speed.", *said])


def _step(before: BoutWindow, after: BoutWindow) -> str:
    step, mean = after.speed_m_s - before.speed_m_s, f"Their mean speed is {after.speed_m_s:.2f} m/s"
    if abs(step) < _SAME_M_S:
        return f"as fast as the early ones. {mean}"
    return f"{abs(step):.2f} m/s {'faster' if step > 0.0 else 'slower'} on average. {mean}"


def _each(told: Mapping[str, str], found: Sequence[MetricChange], words: Callable[[str], str]) -> Iterator[str]:
    """Yield each different text once, after the metrics that it holds for unless it holds for all."""
    for text in dict.fromkeys(told.values()):
        metrics = [metric for metric, one in told.items() if one == text]
        is_all = len(metrics) == len(found)
        yield f"{sentence(words(text))}." if is_all else f"{listed(metrics)}: {words(text)}."
