"""What a record is after all that happened to it: the same events always give the same values.

An import decides reading by reading (`client.vault.intake`); undoing one folds what remains, as if it had never come.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from client.biometrics.observations import Observation
from client.vault.records.added import ImportMark
from client.vault.records.former import ChangeKind, FormerReading, ReadingChange
from client.vault.records.hand_acts import HandAct
from client.vault.records.precedence import Precedence, is_same, kept_before, kind_of_change, verdict

Fingerprint = Callable[[Observation], bytes]


@dataclass(frozen=True, slots=True)
class ValueReported:
    """A file had this value. mark: of its import; None where an earlier version stored it and noted none.

    brings_back: the file said that what an import took out holds again. before: the values that it had first.
    """

    reading: Observation
    mark: ImportMark | None = None
    brings_back: bool = False
    before: tuple[Observation, ...] = ()


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A replacing import had nothing of this record."""

    mark: ImportMark


RecordEvent = ValueReported | TakenOut | HandAct


@dataclass(slots=True)
class RecordState:
    """The value that counts, if one does, the others in the order in which they were set aside, and acts by hand."""

    counting: Observation | None = None
    former: list[FormerReading] = field(default_factory=list)
    acts: list[HandAct] = field(default_factory=list)

    @property
    def values(self) -> list[Observation]:
        """Every value, the one that counts or was set aside last at the end."""
        former = [one.reading for one in self.former]
        return former if self.counting is None else [*former, self.counting]

    @property
    def is_empty(self) -> bool:
        """True where nothing of the record is left."""
        return self.counting is None and not self.former


def folded(events: Iterable[RecordEvent], fingerprint: Fingerprint) -> RecordState:
    """Return what events, in order, make of a record.

    An act by hand is about one value: where that comes later than the act, because the import that had it first is
    undone, the act is done then, and where it never comes the act is left out.
    """
    state, waiting = RecordState(), list[HandAct]()
    for event in events:
        if isinstance(event, HandAct):
            waiting.append(event)
        elif isinstance(event, ValueReported):
            _report(state, event)
        else:
            _set_aside(state, _change(ChangeKind.REPLACED, event.mark))
        while (value := last_value(state)) is not None and (act := _about(waiting, fingerprint(value))) is not None:
            waiting.remove(act)
            act_on(state, act)
    return state


def _about(acts: Sequence[HandAct], target: bytes) -> HandAct | None:
    return next((act for act in acts if act.target == target), None)


def act_on(state: RecordState, act: HandAct) -> None:
    """Do to a record what a person did: a value that counts is set aside, and the corrected one, if any, counts."""
    kind = ChangeKind.VOIDED if act.corrected is None else ChangeKind.CORRECTED
    _set_aside(state, ReadingChange(kind, act.at, act.who, why=act.why, text=act.text))
    state.counting = act.corrected
    state.acts.append(act)


def last_value(state: RecordState) -> Observation | None:
    """Return the value that counts, else the one that was set aside last: the one that a person can name."""
    return next(reversed(state.values), None)


def _report(state: RecordState, event: ValueReported) -> None:
    new, before = event.reading, event.before
    replaces = event.mark is not None and event.mark.replaces
    back = event.brings_back
    found = verdict(new, state.counting, state.former, replaces=replaces, brings_back=back, before=before)
    if found is Precedence.IS_SET_ASIDE:
        if not any(is_same(new, one.reading) for one in state.former):
            state.former.append(FormerReading(new, _change(ChangeKind.CONFLICT, event.mark)))
    elif found is not Precedence.REPEATS:
        if state.counting is not None:
            _set_aside(state, _change(kind_of_change(new, state.counting, replaces=replaces), event.mark))
        state.counting = new
    kind, kept = kept_before(new, state.counting, state.former, before)
    state.former += [FormerReading(one, _change(kind, event.mark)) for one in kept]


def _set_aside(state: RecordState, change: ReadingChange) -> None:
    if state.counting is not None:
        state.former.append(FormerReading(state.counting, change))
        state.counting = None


def _change(kind: ChangeKind, mark: ImportMark | None) -> ReadingChange:
    return ReadingChange(kind) if mark is None else ReadingChange(kind, mark.at, mark.who, mark.number)
