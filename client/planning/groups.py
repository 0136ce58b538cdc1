"""Named groups of a squad, such as goalkeepers. An athlete is in one group at most; the newest word counts."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from chassis.names import read_name
from client.coaching.records.journal_file import JournalFile
from client.coaching.training_session import BadPlan
from policies.vocabulary import AthleteId, PersonId

LONGEST_GROUP = 30  # ours: it stands in the first column
_PLACE = b"plan group"


@dataclass(frozen=True, slots=True)
class PlanGroups:
    """The rows of one journal, sealed per athlete: the name of a group may tell how an athlete is."""

    file: JournalFile

    def of(self, athletes: Iterable[AthleteId]) -> dict[AthleteId, str]:
        """Return the group of each of these athletes; who is in none is not in it."""
        wanted = set(athletes)
        rows = self.file.rows("SELECT athlete, sealed FROM plan_member ORDER BY number", ())
        newest = {AthleteId(athlete): sealed for athlete, sealed in rows if athlete in wanted}
        held = {one: json.loads(self.file.seal_of(one).open(sealed, _PLACE)) for one, sealed in newest.items()}
        return {athlete: said["group"] for athlete, said in held.items() if said["group"]}

    def put(self, groups: Mapping[AthleteId, str], *, person: PersonId, at: datetime) -> None:
        """Put each athlete into the group of this name, or into none where it is ""; all of it or nothing."""
        statement = "INSERT INTO plan_member (athlete, sealed) VALUES (?,?)"
        rows = [
            (athlete, self.file.seal_of(athlete).close(_encode(group, person, at), _PLACE))
            for athlete, group in groups.items()
        ]
        self.file.run_many(statement, rows)


def read_group(text: str) -> str:
    """Return the name of a group; raises BadPlan, or BadName for what no name is."""
    name = read_name(" ".join(text.split()))
    if len(name) > LONGEST_GROUP or "/" in name:
        raise BadPlan(f"expected a group’s name of at most {LONGEST_GROUP} characters without a slash")
    return name


def _encode(group: str, person: PersonId, at: datetime) -> bytes:
    return json.dumps({"group": group, "person": person, "at": at.isoformat()}).encode()
