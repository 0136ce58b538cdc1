"""Whose rows are these: by the athlete's own id or full name, else the person who brought the file says it.

Only athletes whom this person sees now can be named. A shirt number or a part of a name says nothing for sure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from chassis.text import listed
from client.ingest.cells.whole_names import by_whole_name, plain_name
from client.uploads.brought import BroughtFile
from client.vault.store import Athlete
from policies.vocabulary import AthleteId

NOBODY_CHOSEN: Final = "nobody"
MOST_NAMED: Final = 3  # ours: names that are read beside a file


@dataclass(frozen=True, slots=True)
class Owners:
    """The athlete of each label. left_out: labels whose rows are not taken. unknown: labels that nobody has named."""

    by_label: Mapping[str, AthleteId]
    left_out: tuple[str, ...]
    unknown: tuple[str, ...]


class KnownAthletes:
    """The athletes whom a person sees at one look, found by what a file may call them."""

    def __init__(self, athletes: Sequence[Athlete]) -> None:
        self.athletes = tuple(athletes)
        self.names: dict[AthleteId, str] = {one.athlete: one.name for one in athletes}
        self._ids: dict[str, AthleteId] = {one.athlete: one.athlete for one in athletes}
        self._by_name = by_whole_name((one.athlete, one.name) for one in athletes)

    def chosen(self, said: str) -> AthleteId | None:
        """Return whom a form names; None for anybody whom this person does not see."""
        return self._ids.get(said)

    def called(self, label: str) -> AthleteId | None:
        """Return whose id or whole name a label is."""
        return self._ids.get(label) or self._by_name.get(plain_name(label))


def namesakes(label: str, names: Iterable[str]) -> int:
    """Return how many of these names a label is, where it is that of several; 0 otherwise."""
    number = sum(plain_name(name) == plain_name(label) for name in names)
    return number if number > 1 else 0


def owners_of(
    labels: Iterable[str],
    known: KnownAthletes,
    chosen: Mapping[str, str],
    before: Mapping[str, AthleteId] = MappingProxyType({}),
) -> Owners:
    """Return whose the labels are. chosen: what the person said, by label: an id, or `NOBODY_CHOSEN`.

    before: what was said of an earlier file, which counts for a label that says nothing by itself, until something is
    chosen. A choice of somebody whom they do not see any more is none.
    """
    found, left_out, unknown = dict[str, AthleteId](), list[str](), list[str]()
    for label in labels:
        said = chosen.get(label, "")
        owner = known.chosen(said) or (None if said else known.called(label) or known.chosen(before.get(label, "")))
        if owner is not None:
            found[label] = owner
        else:
            (left_out if said == NOBODY_CHOSEN else unknown).append(label)
    return Owners(found, tuple(left_out), tuple(unknown))


def owners_in(file: BroughtFile, known: KnownAthletes, chosen: Mapping[str, str] | None = None) -> Owners:
    """Return whose the rows of a file are, as far as it is known. chosen: what a form says now beside what was said."""
    said = {**file.chosen, **(chosen or {})}
    remembered = ((label, one) for label, one in file.remembered.items() if label not in file.proposed)
    before = {label: one.athlete for label, one in remembered if not one.is_taken_out}
    return owners_of(file.contents.rows_of if file.contents else (), known, said, before)


def owner_words(file: BroughtFile, owners: Owners, known: KnownAthletes) -> str:
    """Return the names of those whom this person put a file on, or is about to, of those whom they see now."""
    held = set(file.put_on.values()) or set(owners.by_label.values())
    names = [name for athlete, name in known.names.items() if athlete in held]
    shown = names[:MOST_NAMED] + ([f"{len(names) - MOST_NAMED:,} more"] if len(names) > MOST_NAMED else [])
    return listed(shown) if shown else ""
