"""Where an athlete stands on the morning board, and the title that is made from where they all stand."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from chassis.text import sentence, spelled
from client.coaching.daily_assessment import DailyAssessment
from client.coaching.readiness import Light


class BoardGroup(StrEnum):
    """The board's groups, in the order of the page."""

    NOT_OK = "not-ok"
    WELL_BELOW = "well-below"
    DECIDE = "decide"
    ASK = "ask"
    LIMITED = "limited"
    BELOW = "below"
    DECIDED = "decided"
    PLANNED = "planned"
    OUT = "out"


HEADINGS: Mapping[BoardGroup, tuple[str, str]] = {
    BoardGroup.NOT_OK: ("Not OK", "Their own word outranks every light."),
    BoardGroup.WELL_BELOW: ("Well below usual", "Where nothing is proposed, the row says why."),
    BoardGroup.DECIDE: ("To decide", "The plan may be too much today."),
    BoardGroup.ASK: (
        "To ask",
        "There is too little to compare with this morning, for any reason. Nothing is changed by itself. "
        "One press notes the answer, a note can go with it.",
    ),
    BoardGroup.LIMITED: (
        "With a limit",
        "By the medical team or the athlete. A plan keeps to a stated load by itself; the rest is for you to plan.",
    ),
    BoardGroup.BELOW: ("Below usual, nothing proposed", "Nothing is changed."),
    BoardGroup.DECIDED: (
        "Decided today",
        "Can be undone until the session starts, or the day ends. Both stay in the record.",
    ),
    BoardGroup.PLANNED: ("As planned", "As usual; nothing is changed."),
}
PAST_HEADINGS: Mapping[BoardGroup, tuple[str, str]] = {
    **HEADINGS,
    BoardGroup.DECIDE: ("Not decided", "Something was proposed, nobody decided, and the plan stood."),
    BoardGroup.ASK: ("Too little to compare with", "Nothing was changed by itself."),
    BoardGroup.BELOW: ("Below usual, nothing proposed", "Nothing was changed."),
    BoardGroup.DECIDED: ("Decided", "As the record has it, whatever is known since."),
}
"""The same groups of a morning that is past."""
NEEDS_YOU: Final = (BoardGroup.NOT_OK, BoardGroup.WELL_BELOW, BoardGroup.DECIDE, BoardGroup.ASK)
COUNTED: Final[Mapping[BoardGroup, str]] = {
    BoardGroup.NOT_OK: "not OK",
    BoardGroup.WELL_BELOW: "well below usual",
    BoardGroup.DECIDE: "to decide",
    BoardGroup.ASK: "to ask",
    BoardGroup.LIMITED: "with a limit",
    BoardGroup.BELOW: "below usual",
    BoardGroup.OUT: "not available",
}
"""Words of the groups that the title counts, in its order."""


def group_of(one: DailyAssessment) -> BoardGroup:
    """Return where an athlete stands: their own word first, and a light below usual is never folded away."""
    if one.evidence.flags.not_ok and one.decision is None:
        return BoardGroup.NOT_OK
    if one.available == "out":
        return BoardGroup.OUT
    if one.decision is not None:
        return BoardGroup.DECIDED
    if one.evidence.flags.any:
        return BoardGroup.NOT_OK
    if one.light is Light.RED:
        return BoardGroup.WELL_BELOW
    if one.to_decide:
        return BoardGroup.DECIDE
    if one.to_ask:
        return BoardGroup.ASK
    if one.stated:
        return BoardGroup.LIMITED
    if one.light is Light.AMBER:
        return BoardGroup.BELOW
    return BoardGroup.DECIDED if one.check_in is not None else BoardGroup.PLANNED


def is_lowered(one: DailyAssessment) -> bool:
    """True if a person decided that somebody who trains with the team gets less load than planned today."""
    return one.decision is not None and one.decision.is_lower and one.available != "out"


def past_finding(counts: Mapping[BoardGroup, int], lowered: int) -> str:
    """Return the title of a past morning. lowered: for how many a person had decided on less load."""
    if not sum(counts.values()):
        return "Nobody is enrolled yet"
    words = {**COUNTED, BoardGroup.DECIDE: "not decided", BoardGroup.ASK: "with too little to compare"}
    parts = [f"{spelled(counts[group])} {said}" for group, said in words.items() if counts.get(group)]
    if lowered:
        parts.append(f"{spelled(lowered)} with less load")
    return sentence(", ".join(parts)) if parts else "Nothing was to change that morning"


def finding(counts: Mapping[BoardGroup, int], lowered: int) -> str:
    """Return the board's title: the morning's finding, made from what the page shows.

    lowered: how many train less today by a decision.
    """
    if not sum(counts.values()):
        return "Nobody is enrolled yet"
    parts = [f"{spelled(counts[group])} {words}" for group, words in COUNTED.items() if counts.get(group)]
    if lowered:
        parts.append(f"{spelled(lowered)} with less load today")
    if parts:
        return sentence(", ".join(parts))
    if counts.get(BoardGroup.DECIDED):
        return "All is decided, each plan is kept"
    return "Nothing to change this morning" if counts.get(BoardGroup.PLANNED) else "Nobody is available"


def lead(counts: Mapping[BoardGroup, int]) -> str:
    """What holds without a decision; for an empty board, whom it would list."""
    if not sum(counts.values()):
        return "Athletes of your squads appear here when the club has enrolled them."
    others = "For everyone else available nothing is changed. " if counts.get(BoardGroup.PLANNED) else ""
    stop = ", except for “not OK”: rest until somebody decides" if counts.get(BoardGroup.NOT_OK) else ""
    rule = f"Without a decision the plan stays as it is{stop}."
    return f"{others}{rule} Readiness compares each athlete with their own last 28 days."
