"""The last day on which each person of the staff was shown a light of each athlete, sealed per athlete.

It stands beside an athlete to ask: it was on that reader's own page, and says the same whether an athlete stopped
sharing or stopped recording.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from client.coaching.records.journal_file import JournalFile
from policies.vocabulary import AthleteId, PersonId


@dataclass(frozen=True, slots=True)
class LightsShown:
    """The rows of one journal: the last two days, of which the older is told once the newer is today."""

    file: JournalFile

    def note(self, person: PersonId, athletes: Iterable[AthleteId], day: date) -> None:
        """Note that `person` was shown a light of each of these athletes on `day`."""
        wanted, place = list(athletes), _place(person)
        known = self._days(person, wanted)
        later = {one: [*known.get(one, [])[-1:], day] for one in wanted if day not in known.get(one, [])}
        rows = [(person, one, self.file.seal_of(one).close(_encode(days), place)) for one, days in later.items()]
        statement = "INSERT OR REPLACE INTO coaching_light_shown (person, athlete, sealed) VALUES (?,?,?)"
        if rows:
            self.file.run_many(statement, rows)

    def last(self, person: PersonId, athletes: Iterable[AthleteId], *, before: date) -> dict[AthleteId, date]:
        """Return the last such day before `before` of each of these athletes of whom there was one.

        The same day tells nothing: a light that was there this morning and is not there now would be a withdrawal.
        """
        known = self._days(person, list(athletes))
        found = {one: [day for day in days if day < before] for one, days in known.items()}
        return {one: max(days) for one, days in found.items() if days}

    def _days(self, person: PersonId, athletes: Sequence[AthleteId]) -> dict[AthleteId, list[date]]:
        """The last two days that are kept of each athlete, in order."""
        query = "SELECT athlete, sealed FROM coaching_light_shown WHERE person = ?"
        sealed, place = dict(self.file.rows(query, (person,))), _place(person)
        opened = {one: self.file.seal_of(one).open(sealed[one], place) for one in athletes if one in sealed}
        return {one: [date.fromisoformat(day) for day in json.loads(plain)] for one, plain in opened.items()}


def _encode(days: Iterable[date]) -> bytes:
    return json.dumps([day.isoformat() for day in days]).encode()


def _place(person: PersonId) -> bytes:
    return b"light shown" + person.encode()
