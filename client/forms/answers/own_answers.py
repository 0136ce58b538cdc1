"""Taking an athlete's own answers: each once, to its day, the newest of a slot counting; and taking one back."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Literal

from client.errors import AnswerRefused, BadForm
from client.forms.answers.readings_of_answers import placed, write_readings
from client.forms.answers.sending import (
    LATE_DAYS,
    AnswerRefusal,
    Sending,
    check_day,
    checked_items,
    moment_of,
    plain_note,
)
from client.forms.library.form_library import FormLibrary
from client.forms.questionnaire import Questionnaire
from client.vault.own_answers.kept_answers import KeptAnswer, KeptAnswers
from client.vault.store import Vault
from policies.vocabulary import AthleteId, Category


@dataclass(frozen=True, slots=True)
class Taken:
    """An answer that was taken. outcome: "again" for one that is kept already."""

    answer: KeptAnswer
    outcome: Literal["new", "again"]


@dataclass(frozen=True, slots=True)
class OwnAnswers:
    """The answers of one athlete in the vault. library: the questionnaires; zone: where the athlete's days begin."""

    vault: Vault
    athlete: AthleteId
    library: FormLibrary
    zone: tzinfo

    def take(self, sending: Sending, *, now: datetime) -> Taken:
        """Keep one answer, and let its readings count; raises AnswerRefused.

        The same id a second time is the same answer; with another content it is refused.
        """
        check_day(sending, now=now, zone=self.zone)
        answer = self._answer(sending, now)
        with self.vault.transaction():
            kept = KeptAnswers(self.vault, self.athlete)
            held = kept.find(answer.id)
            if held is not None:
                if not held.says_the_same(answer):
                    raise AnswerRefused(
                        AnswerRefusal.ID_TAKEN, "another answer was sent under this number; open the form again"
                    )
                return Taken(held, "again")
            kept.put(answer)
            self._settle(kept, answer)
        return Taken(answer, "new")

    def withdraw(self, answer_id: str, *, now: datetime) -> KeptAnswer | None:
        """Take an answer back, up to seven days after its day: what it replaced counts again. None if there is none."""
        with self.vault.transaction():
            kept = KeptAnswers(self.vault, self.athlete)
            held = kept.find(answer_id)
            if held is None or held.withdrawn_at is not None or held.day < self.first_day(now):
                return None
            taken_back = replace(held, withdrawn_at=now.replace(microsecond=0))
            kept.put(taken_back)
            self._settle(kept, taken_back)
        return taken_back

    def first_day(self, now: datetime) -> date:
        """The first day for which answers are taken."""
        return now.astimezone(self.zone).date() - timedelta(days=LATE_DAYS)

    def since(self, first: date, *, now: datetime) -> list[KeptAnswer]:
        """Return every answer from a day to today, replaced ones and those taken back among them."""
        return KeptAnswers(self.vault, self.athlete).of_days(first, now.astimezone(self.zone).date())

    def current(self, form: str, day: date, part: int = 1) -> KeptAnswer | None:
        """Return the answer that counts of a slot."""
        slot = (form, day, part)
        return newest(one for one in KeptAnswers(self.vault, self.athlete).of_day(day) if one.slot == slot)

    def _answer(self, sending: Sending, now: datetime) -> KeptAnswer:
        form = self._form(sending)
        note = plain_note(sending.note) if form.has_note else ""
        at = moment_of(sending, now=now)
        start, offset_min = placed(at, sending.day, self.zone)
        return KeptAnswer(
            id=sending.id,
            form=form.id,
            version=form.version,
            day=sending.day,
            part=sending.part,
            answered_at=at,
            received_at=now,
            start=start,
            offset_min=offset_min,
            items=checked_items(sending, form),
            note=note,
            note_for=(sending.note_for or "") if note else "",
            note_category=Category.INJURY if form.needs_sign_off else Category.WELLNESS,
        )

    def _form(self, sending: Sending) -> Questionnaire:
        try:
            form = self.library.find(sending.form, sending.version)
        except BadForm as error:
            raise AnswerRefused(
                AnswerRefusal.UNKNOWN_FORM, "this form is not asked here; open the form again"
            ) from error
        if form.is_example or not self.library.is_approved(form):
            raise AnswerRefused(AnswerRefusal.UNKNOWN_FORM, "this form is not asked here; open the form again")
        return form

    def _settle(self, kept: KeptAnswers, answer: KeptAnswer) -> None:
        slot = [one for one in kept.of_day(answer.day) if one.slot == answer.slot]
        database, number, seal = self.vault.seal_of(self.athlete)
        with database.transaction() as connection:
            write_readings(connection, number, seal, slot)


def newest(answers: Iterable[KeptAnswer]) -> KeptAnswer | None:
    """Return the answer of one slot that counts; None where all were taken back."""
    return max((one for one in answers if one.withdrawn_at is None), key=lambda one: one.order, default=None)
