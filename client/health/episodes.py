"""Episodes of one athlete in the vault: entered by medical staff or imported from a log; a former value is kept.

An episode is one reading of `Stream.HEALTH_EPISODE`. What it costs in days is never stored beside it: days follow the
episode (`client.biometrics.days_of_episodes`), so that a correction leaves none behind.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo

from client.biometrics.health_episodes import (
    LOG_APP,
    RECORD_APP,
    ProblemKind,
    area_and_more,
    episode_text,
    kind_of,
    return_of,
)
from client.biometrics.observations import Observation, ReadingSource
from client.biometrics.streams import SPECS, Stream
from client.errors import BadEpisode
from client.health.problem_words import PLACES, InjuryArea, Onset, ProblemType, Setting, area_of
from client.vault.history.by_hand import CorrectionReason, HandReason, correct, void_all
from client.vault.history.reading_states import ReadingState, StoredReading, stored_readings
from client.vault.records.episode_days import EpisodeDays, follows_episodes, is_episode
from client.vault.store import Vault
from policies.vocabulary import AthleteId, PersonId

LONGEST_YEARS = 5  # ours: an onset that is older is a typing error
_FILE = "0" * 64  # no file: a person entered it


@dataclass(frozen=True, slots=True)
class EpisodeSaid:
    """What medical staff say of one health problem. Raises BadEpisode for a place that is not in the list."""

    kind: ProblemKind
    began: date
    place: str
    type: ProblemType
    onset: Onset = Onset.UNKNOWN
    setting: Setting = Setting.UNKNOWN
    ended: date | None = None

    def __post_init__(self) -> None:
        if self.place not in PLACES:
            raise BadEpisode("expected a body area of the list, such as “thigh, left”")
        if self.ended is not None and self.ended < self.began:
            raise BadEpisode(f"expected a return from {self.began.isoformat()} on, got {self.ended.isoformat()}")

    @property
    def text(self) -> str:
        """What is stored."""
        more = (self.type.value, self.onset.value, self.setting.value)
        return episode_text(self.kind, self.place, self.ended, more)


@dataclass(frozen=True, slots=True)
class Episode:
    """One health problem as it counts now. record: its name for good; reading: the id of the value that counts.

    type, onset, setting: None where a log says nothing of them. changes: how often it was corrected.
    """

    athlete: AthleteId
    record: str
    reading: str
    kind: ProblemKind
    began: date
    ended: date | None
    place: str
    type: ProblemType | None = None
    onset: Onset | None = None
    setting: Setting | None = None
    is_imported: bool = False
    changes: int = 0

    @property
    def area(self) -> InjuryArea:
        """The body area that its place names."""
        return area_of(self.place)

    @property
    def is_open(self) -> bool:
        """True while it lasts."""
        return self.ended is None

    def days(self, today: date) -> int:
        """Days lost: from the day after onset to the day before return, or to `today` while it lasts."""
        last = today if self.ended is None else self.ended
        return max((last - self.began).days - (self.ended is not None), 0)


def episodes(vault: Vault, athlete: AthleteId) -> list[Episode]:
    """Return the episodes that count, the newest first; raises UnknownAthlete or AthleteErased."""
    by_record: dict[bytes, list[StoredReading]] = {}
    for one in stored_readings(vault, athlete, streams=[Stream.HEALTH_EPISODE], states=ReadingState):
        by_record.setdefault(one.record, []).append(one)
    found = [
        _episode(athlete, one, len(held) - 1)
        for held in by_record.values()
        for one in held
        if one.state is ReadingState.COUNTS
    ]
    return sorted(found, key=lambda one: (-one.began.toordinal(), one.record))


def former_values(vault: Vault, athlete: AthleteId, episode: Episode) -> list[StoredReading]:
    """Return what stood in the episode's place before, oldest first, each with who set it aside and when."""
    every = stored_readings(vault, athlete, streams=[Stream.HEALTH_EPISODE], states=ReadingState)
    own = next(one.record for one in every if one.id == episode.reading)
    return sorted((one for one in every if one.record == own and one.change), key=lambda one: one.place)


def open_episode(found: Sequence[Episode]) -> Episode | None:
    """Return the newest episode that lasts; None without one."""
    return next((one for one in found if one.is_open), None)


def find_episode(vault: Vault, athlete: AthleteId, record: str) -> Episode:
    """Return one episode that counts; raises BadEpisode where there is none of this name."""
    for one in episodes(vault, athlete):
        if record and one.record == record:
            return one
    raise BadEpisode("there is no such episode of this athlete any more; look at the list again")


def enter(vault: Vault, athlete: AthleteId, said: EpisodeSaid, *, zone: tzinfo, today: date) -> str:
    """Store a new episode durably and return its name; raises BadEpisode for days that cannot be.

    The same problem entered twice is one: who presses twice makes no second episode.
    """
    check_days(said, today)
    with vault.transaction():
        before = entered_before(vault, athlete, said)
        record = before or secrets.token_hex(8)
        if before is None:
            vault.add(athlete, [_reading(said, record, zone)])
    return record


def entered_before(vault: Vault, athlete: AthleteId, said: EpisodeSaid) -> str | None:
    """Return the name of the episode that says this already; None without one."""
    same = (one.record for one in episodes(vault, athlete) if not one.is_imported and said_of(one) == said)
    return next(same, None)


def change(
    vault: Vault,
    episode: Episode,
    said: EpisodeSaid,
    *,
    who: PersonId,
    at: datetime,
    zone: tzinfo,
    today: date,
) -> str:
    """Put other words in an episode's place and return its name; the former value stays with who and when.

    One that a log told becomes an episode of this record, and the days that the log gave for it count no more.
    Raises BadEpisode for days that cannot be.
    """
    check_days(said, today)
    if said_of(episode) == said:
        return episode.record
    athlete, why = episode.athlete, HandReason(at, who, CorrectionReason.OTHER, "changed in the health record")
    if said.began == episode.began and not episode.is_imported:
        correct(vault, athlete, episode.reading, said.text, why)
        return episode.record
    with vault.transaction():
        void_all(vault, athlete, [episode.reading, *_days_of_log(vault, episode)], why)
        record = secrets.token_hex(8) if episode.is_imported else episode.record
        if vault.add(athlete, [_reading(said, record, zone)]) != 1:
            raise BadEpisode("this episode stood so before and was corrected; close it and enter it anew")
    return record


def _days_of_log(vault: Vault, episode: Episode) -> list[str]:
    """The ids of the days that a log gave for this episode and for no other of its episodes."""
    if not episode.is_imported:
        return []
    streams = [Stream.HEALTH_EPISODE, Stream.TIME_LOSS, Stream.ABSENCE, Stream.INJURY_ONSET]
    held = stored_readings(vault, episode.athlete, streams=streams, states=[ReadingState.COUNTS])
    own = EpisodeDays(one.reading for one in held if one.id == episode.reading)
    others = EpisodeDays(one.reading for one in held if is_episode(one.reading) and one.id != episode.reading)
    days = [one for one in held if follows_episodes(one.reading)]
    return [one.id for one in days if own.cost(one.reading) and not others.cost(one.reading)]


def check_days(said: EpisodeSaid, today: date) -> None:
    """Raise BadEpisode for an onset or a return after today, and for an onset too long ago."""
    if not said.began <= today or (today - said.began).days > 366 * LONGEST_YEARS:
        raise BadEpisode(f"expected an onset in the last {LONGEST_YEARS} years, got {said.began.isoformat()}")
    if said.ended is not None and said.ended > today:
        raise BadEpisode(f"expected a return up to today, got {said.ended.isoformat()}; leave it empty while it lasts")


def _reading(said: EpisodeSaid, record: str, zone: tzinfo) -> Observation:
    local = datetime.combine(said.began, time(), tzinfo=zone)
    offset = local.utcoffset()
    start = local.astimezone(UTC)
    return Observation(
        stream=Stream.HEALTH_EPISODE,
        start=start,
        end=start,
        offset_min=0 if offset is None else round(offset.total_seconds() / 60),
        value=said.text,
        unit=SPECS[Stream.HEALTH_EPISODE].unit,
        source=ReadingSource("", RECORD_APP, _FILE),
        entry=record,
    )


def _episode(athlete: AthleteId, held: StoredReading, changes: int) -> Episode:
    one = held.reading
    text = str(one.value)
    place, more = area_and_more(text)
    kind, onset, setting = (*more, "", "", "")[:3]
    return Episode(
        athlete=athlete,
        record=one.entry or held.id,
        reading=held.id,
        kind=kind_of(text),
        began=one.day,
        ended=return_of(text),
        place=place,
        type=ProblemType(kind) if kind else None,
        onset=Onset(onset) if onset else None,
        setting=Setting(setting) if setting else None,
        is_imported=one.source.app == LOG_APP,
        changes=changes,
    )


def said_of(one: Episode) -> EpisodeSaid | None:
    """Return what a person would say to give this episode; None of one whose log says less, or another place."""
    if one.type is None or one.onset is None or one.setting is None or one.place not in PLACES:
        return None
    return EpisodeSaid(one.kind, one.began, one.place, one.type, one.onset, one.setting, one.ended)
