"""Which athletes want proposals to lower their load by themselves: off until they say so, sealed with their key."""

import json
from datetime import datetime

from client.coaching.records.journal_file import JournalFile
from policies.vocabulary import AthleteId

_PLACE = b"auto-apply"


class AutoApplyChoices:
    """The choices of one node's athletes: only ever added, the newest counts."""

    def __init__(self, file: JournalFile) -> None:
        self._file = file

    def choose(self, athlete: AthleteId, *, is_on: bool, at: datetime) -> None:
        """Keep the athlete's word. Nobody else's is ever passed here."""
        plain = json.dumps({"on": is_on, "at": at.isoformat()}).encode()
        row = (athlete, self._file.seal_of(athlete).close(plain, _PLACE))
        self._file.run("INSERT INTO auto_apply (athlete, sealed) VALUES (?,?)", row)

    def is_on(self, athlete: AthleteId) -> bool:
        """True where the athlete's newest word is yes; raises AthleteErased where it can be opened no more."""
        query = "SELECT sealed FROM auto_apply WHERE athlete = ? ORDER BY number DESC LIMIT 1"
        rows = self._file.rows(query, (athlete,))
        return bool(rows) and bool(json.loads(self._file.seal_of(athlete).open(rows[0][0], _PLACE))["on"])

    def ever_chose(self) -> list[AthleteId]:
        """Return who ever chose anything."""
        return [AthleteId(one) for (one,) in self._file.rows("SELECT DISTINCT athlete FROM auto_apply", ())]
