"""The last day on which each person of the staff was shown a light of each athlete, sealed per athlete.

It stands beside an athlete to ask: it was on that reader's own page, and says the same whether an athlete stopped
sharing or stopped recording.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from client.coaching.records.journal_file import JournalFile
from policies.vocabulary import AthleteId, PersonId


@dataclass(frozen=True, slots=True)
class LightsShown:
    """The rows of one journal; a later day takes the place of an earlier one."""

    file: JournalFile

    def note(self, person: PersonId, athletes: Iterable[AthleteId], day: date) -> None:
        """Note that `person` was shown a light of each of these athletes on `day`."""
        place = _place(person)
        rows = [(person, one, self.file.seal_of(one).close(day.isoformat().encode(), place)) for one in athletes]
        statement = "INSERT OR REPLACE INTO coaching_light_shown (person, athlete, sealed) VALUES (?,?,?)"
        if rows:
            self.file.run_many(statement, rows)

    def last(self, person: PersonId, athletes: Iterable[AthleteId]) -> dict[AthleteId, date]:
        """Return the last such day of each of these athletes of whom there was one."""
        query = "SELECT athlete, sealed FROM coaching_light_shown WHERE person = ?"
        sealed, place = dict(self.file.rows(query, (person,))), _place(person)
        return {
            one: date.fromisoformat(self.file.seal_of(one).open(sealed[one], place).decode().strip())
            for one in athletes
            if one in sealed
        }


def _place(person: PersonId) -> bytes:
    return b"light shown" + person.encode()
