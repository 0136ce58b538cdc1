"""One session or two: what an import of this session left open, shown to whoever brought it and may see the load now.

Until an answer both count. An answer takes a reading out or notes that two are two; it can be undone by whoever runs
the node.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chassis.text import weekday_date
from client.biometrics.observations import Observation
from client.biometrics.sessions import OWN_ANSWER, has_only_a_date
from client.biometrics.streams import Stream
from client.questions.session_questions import SessionQuestion, waits_for
from client.uploads.brought import Upload
from client.vault.history.kept_by_version import KeptByVersion
from client.web.access import PageAccess
from client.web.text import NOT_RECORDED, clock_time
from policies.vocabulary import AthleteId, Category

KeptQuestions = KeptByVersion[tuple[SessionQuestion, ...]]
OWN_RATING: Final = "the athlete’s own rating"
MOST_ASKED: Final = 20  # ours: more at once are a file that came twice; undo it


@dataclass(frozen=True, slots=True)
class ReportedSession:
    """One of the two reports, in words."""

    origin: str
    when: str
    effort: str
    load: str


@dataclass(frozen=True, slots=True)
class AskedSession:
    """One question. question: its id. whose: the athlete's name."""

    athlete: AthleteId
    name: str
    question: str
    day: str
    reports: tuple[ReportedSession, ReportedSession]


def asked_sessions(
    kept: KeptQuestions,
    uploads: Sequence[Upload],
    access: PageAccess,
    names: Mapping[AthleteId, str],
) -> list[AskedSession]:
    """Return the open questions about sessions that this session stored, of athletes whose load it may see now."""
    marks = stored_files(uploads)
    found = []
    for athlete, files in marks.items():
        if athlete in names and Category.TRAINING_LOAD in access.of(athlete):
            found += [_asked(athlete, names[athlete], one, files) for one in questions_of(kept, athlete, files)]
    return found[:MOST_ASKED]


def stored_files(uploads: Sequence[Upload]) -> dict[AthleteId, dict[str, str]]:
    """Return what this session stored: by athlete, the names of files by their digests."""
    found: dict[AthleteId, dict[str, str]] = {}
    for file in (one for upload in uploads for one in list(upload.files) if one.imports):
        for athlete in set(file.imports.values()):
            found.setdefault(athlete, {})[file.sha256] = file.name
    return found


def questions_of(kept: KeptQuestions, athlete: AthleteId, files: Mapping[str, str]) -> Iterator[SessionQuestion]:
    """Yield the open questions of an athlete in which a report came from one of these files.

    One that waits for another is asked once that one is answered.
    """
    every = tuple(kept.of(athlete))
    for place, one in enumerate(every):
        of_these = any(reading.source.file_sha256 in files for reading in (*one.kept, *one.left_out))
        if of_these and waits_for(one, every[:place]) is None:
            yield one


def _asked(athlete: AthleteId, name: str, one: SessionQuestion, files: Mapping[str, str]) -> AskedSession:
    reports = (_report(one.kept, files), _report(one.left_out, files))
    return AskedSession(athlete, name, one.id, weekday_date(one.day), reports)


def _report(readings: Sequence[Observation], files: Mapping[str, str]) -> ReportedSession:
    first = readings[0]
    values = {one.stream: one.value for one in readings if isinstance(one.value, float)}
    minutes = values.get(Stream.SESSION_DURATION_MIN, values.get(Stream.ACTIVITY_DURATION_MIN))
    effort = values.get(Stream.SESSION_RPE)
    load = values.get(Stream.SESSION_LOAD, None if effort is None or minutes is None else effort * minutes)
    start = "no time of day" if has_only_a_date(first) else clock_time(first.local(first.start))
    is_own = first.source.app == OWN_ANSWER
    return ReportedSession(
        origin=OWN_RATING if is_own else files.get(first.source.file_sha256, "stored before"),
        when=start if minutes is None else f"{start}, {minutes:.0f} min",
        effort=NOT_RECORDED if effort is None else f"{effort:g}",
        load=NOT_RECORDED if load is None else f"{load:,.0f} AU",
    )
