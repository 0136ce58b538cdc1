"""Free text that an athlete shares with one role, answer by answer: a statement to them, which needs no grant."""

from dataclasses import dataclass
from datetime import timedelta

from chassis.text import weekday_date
from client.forms.answers.own_answers import newest
from client.forms.answers.sending import LATE_DAYS
from client.vault.own_answers.kept_answers import KeptAnswers
from client.web.site import ClubSite
from policies.vocabulary import AthleteId, Role


@dataclass(frozen=True, slots=True)
class SharedNote:
    """One note. when: the day that it is for, and when it was written."""

    when: str
    note: str


def shared_notes(site: ClubSite, role: Role, athlete: AthleteId) -> list[SharedNote]:
    """Return the notes of the last days that this role may read, newest first.

    A note ends with its answer: one that was replaced or taken back is read by the athlete alone.
    """
    today = site.now().date()
    held = KeptAnswers(site.vault, athlete).of_days(today - timedelta(days=LATE_DAYS), today)
    shared = [
        one
        for one in held
        if one.note and one.note_for == role.value and newest(other for other in held if other.slot == one.slot) == one
    ]
    zone = site.settings.timezone
    return [
        SharedNote(f"{weekday_date(one.day)}, written {one.answered_at.astimezone(zone):%H:%M}", one.note)
        for one in sorted(shared, key=lambda one: (one.day, one.order), reverse=True)
    ]
