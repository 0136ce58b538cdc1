"""What an import tells of other sources: sessions that one of them reported already, and those that may be the same."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from client.biometrics.observations import Observation
from client.biometrics.quality import QualityReport
from client.biometrics.sessions import OF_SESSIONS, session_of
from client.features.days.session_reports import Beside, SessionReport, matched_reports
from policies.vocabulary import AthleteId

_Held = dict[tuple[object, ...], Observation]


class OtherSources:
    """The sessions of the athletes of one import, each athlete's read once and then kept up with what is added."""

    def __init__(self) -> None:
        self._days: dict[AthleteId, dict[date, _Held]] = {}

    def told(
        self,
        athlete: AthleteId,
        added: Iterable[Observation],
        report: QualityReport,
        *,
        stored: Callable[[], Iterable[Observation]],
    ) -> QualityReport:
        """Return the report with what other sources say of the sessions of this file.

        added: the readings of the file. stored: reads the athlete's sessions, asked once for each athlete.
        """
        sessions = [one for one in added if one.stream in OF_SESSIONS]
        if not sessions:
            return report
        days = self._days_of(athlete, stored)
        _hold(days, sessions)
        near = {day + timedelta(days=step) for day in {one.day for one in sessions} for step in (-1, 0, 1)}
        matched = matched_reports([one for day in sorted(near) for one in days[day].values()])
        sha256 = sessions[0].source.file_sha256
        return _noted(report, _of_file(matched.witnesses, sha256), _of_file(matched.unclear, sha256))

    def _days_of(self, athlete: AthleteId, stored: Callable[[], Iterable[Observation]]) -> dict[date, _Held]:
        if athlete not in self._days:
            self._days[athlete] = defaultdict(dict)
            _hold(self._days[athlete], stored())
        return self._days[athlete]


def _hold(days: dict[date, _Held], readings: Iterable[Observation]) -> None:
    for one in readings:
        days[one.day][(one.stream, *session_of(one))] = one


def _of_file(found: Sequence[Beside], sha256: str) -> int:
    """Count those of which either side stands in the file."""
    return sum(any(_stands_in(sha256, one) for one in (report, *beside)) for report, beside in found)


def _stands_in(sha256: str, report: SessionReport) -> bool:
    return any(one.source.file_sha256 == sha256 for one in report.readings.values())


def _noted(report: QualityReport, witnesses: int, unclear: int) -> QualityReport:
    details, notes = Counter(report.details), report.notes
    details.update({"witness:session": witnesses, "unclear:session": unclear})
    if witnesses:
        notes += (f"sessions that another source reports too: {witnesses}; each counts once",)
    if unclear:
        notes += (
            f"sessions that may be the same as one of another source: {unclear}; all count, see `imports questions`",
        )
    return replace(report, details=dict(+details), notes=notes)
