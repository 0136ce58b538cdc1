"""Episodes, signatures and statements as tests make them."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from client.biometrics.health_episodes import ProblemKind
from client.health.availability import ActivityLimit, Availability
from client.health.episodes import EpisodeSaid
from client.health.health_records import HealthRecords
from client.health.problem_words import Onset, ProblemType, Setting
from client.health.stages import RtpStage, StageSigned
from client.health.statements import AvailabilityStatement
from client.vault.store import Vault
from policies.vocabulary import AthleteId, PersonId, Role

TODAY = date(2026, 11, 24)
AT = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
PHYSIO = PersonId("staff-physio")
STRAIN = EpisodeSaid(
    ProblemKind.INJURY, TODAY - timedelta(days=21), "thigh, right", ProblemType.MUSCLE, Onset.NO_CONTACT, Setting.MATCH
)


def records_of(vault: Vault, folder: Path) -> HealthRecords:
    """The health records of a node whose journal lies in this folder."""
    return HealthRecords(folder / "journal.sqlite3", lambda athlete: vault.seal_of(athlete)[2])


def stated(athlete: AthleteId, **changes: object) -> AvailabilityStatement:
    """“Modified: no sprinting, at most 300 AU” until 4 December, unless the test says otherwise."""
    fields: dict[str, object] = {
        "day": TODAY,
        "availability": Availability.REDUCED,
        "limits": (ActivityLimit.NO_SPRINTING,),
        "cap_au": 300.0,
        "until": date(2026, 12, 4),
        "person": PHYSIO,
        "role": Role.MEDICAL,
        "at": AT,
    }
    return AvailabilityStatement(athlete, **(fields | changes))  # type: ignore[arg-type]  # the test names the fields


def signed(athlete: AthleteId, episode: str, stage: RtpStage, **changes: object) -> StageSigned:
    """A signature of the medical team without criteria."""
    fields: dict[str, object] = {"criteria": (), "version": "return-to-play-1", "note": "seen", "person": PHYSIO}
    fields |= {"role": Role.MEDICAL, "at": AT}
    return StageSigned(athlete, episode, stage, **(fields | changes))  # type: ignore[arg-type]  # as above
