"""Whose rows are these: by the athlete's own id or full name, else the person who brought the file says it.

Only athletes whom this person sees now can be named. A shirt number or a part of a name says nothing for sure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from client.ingest.cells.whole_names import by_whole_name, plain_name
from client.vault.store import Athlete
from policies.vocabulary import AthleteId

NOBODY_CHOSEN: Final = "nobody"


@dataclass(frozen=True, slots=True)
class Owners:
    """The athlete of each label. left_out: labels whose rows are not taken. unknown: labels that nobody has named."""

    by_label: Mapping[str, AthleteId]
    left_out: tuple[str, ...]
    unknown: tuple[str, ...]


def owners_of(labels: Iterable[str], athletes: Sequence[Athlete], chosen: Mapping[str, str]) -> Owners:
    """Return whose the labels are. chosen: what the person said, by label: an id, or `NOBODY_CHOSEN`.

    A choice of somebody whom they do not see any more is none.
    """
    seen: dict[str, AthleteId] = {one.athlete: one.athlete for one in athletes}
    named = by_whole_name((one.athlete, one.name) for one in athletes)
    found, left_out, unknown = dict[str, AthleteId](), list[str](), list[str]()
    for label in labels:
        said = chosen.get(label, "")
        owner = seen.get(said) or (None if said else seen.get(label) or named.get(plain_name(label)))
        if owner is not None:
            found[label] = owner
        else:
            (left_out if said == NOBODY_CHOSEN else unknown).append(label)
    return Owners(found, tuple(left_out), tuple(unknown))
