"""A proposal applied by itself, for an athlete who asked for it: it only lowers, ends within a day, and people undo it.

Source: docs/indices.md §7.11; docs/invariants.md §10.
"""

from datetime import date, datetime
from typing import Final

from client.coaching.journal import CoachingJournal
from client.coaching.proposal import Proposal
from client.coaching.regression import Level
from client.coaching.review import ReviewAnswer, ReviewDecision, decide
from policies.vocabulary import AthleteId, PersonId, Role

BY_ITSELF: Final = PersonId("athlete-asked")
"""Who decided, where nobody did: the athlete asked for it beforehand."""


def applied(proposal: Proposal, *, now: datetime) -> ReviewDecision | None:
    """Return the proposal as decided, or None where a person has to decide.

    Nothing that would not lower the load is applied, no rest, nothing of a match day or of one who is not OK, no look
    at the plan after three lighter sessions, and nothing that has ended.
    """
    needs_a_person = proposal.review or proposal.proposal_only or proposal.told_not_ok or proposal.level is Level.REST
    if needs_a_person or proposal.adjusted.load_au >= proposal.planned.load_au or now >= proposal.expires:
        return None
    return decide(proposal, ReviewAnswer.ACCEPT, person=BY_ITSELF, role=Role.ATHLETE, now=now)


def choose(journal: CoachingJournal, athlete: AthleteId, *, is_on: bool, day: date, at: datetime) -> bool:
    """Keep an athlete's own word, for the athlete alone; returns whether it is another than before.

    No ends at once: what was applied by itself on `day` is taken back, and a person may decide.
    """
    if journal.auto_apply.is_on(athlete) == is_on:
        return False
    journal.auto_apply.choose(athlete, is_on=is_on, at=at)
    for one in journal.decisions(athlete, since=day):
        if not is_on and one.day == day and one.person == BY_ITSELF:
            journal.take_back(one, person=BY_ITSELF, role=Role.ATHLETE, at=at)
    return True
