"""What the pages of questionnaires need of the node: what is asked, what was answered, and taking an answer."""

import logging
from dataclasses import dataclass, replace
from datetime import date

from audit.entries.details.codes import OwnSiteDeed
from client.athlete_web.site import AthleteSite
from client.athlete_web.viewer import AthleteViewer
from client.errors import ConsentUnavailable
from client.forms.answers.own_answers import OwnAnswers, Taken
from client.forms.answers.sending import Sending
from client.forms.library.form_library import FormLibrary
from client.forms.questionnaire import Questionnaire
from client.vault.own_answers.kept_answers import KeptAnswer, KeptAnswers

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OwnForms:
    """The questionnaires of one athlete at their own site, in one request."""

    site: AthleteSite
    viewer: AthleteViewer
    answers: OwnAnswers

    @classmethod
    def of(cls, site: AthleteSite, viewer: AthleteViewer) -> "OwnForms":
        """Read what is asked now; a damaged file of the node's own questionnaires keeps the shipped ones."""
        library = FormLibrary.read(site.settings.directory)
        return cls(site, viewer, OwnAnswers(site.vault, viewer.athlete, library, site.settings.timezone))

    @property
    def today(self) -> date:
        """The athlete's day."""
        return self.site.now().date()

    @property
    def asked(self) -> list[Questionnaire]:
        """What is asked now."""
        return self.answers.library.asked

    @property
    def titles(self) -> dict[str, str]:
        """The titles of what is asked, by id, in the language of the pages."""
        return {one.id: self.site.words.catalogue.gettext(one.title) for one in self.asked}

    def form(self, form_id: str) -> Questionnaire | None:
        """Return a questionnaire that is asked now."""
        return next((one for one in self.asked if one.id == form_id), None)

    def recent(self) -> list[KeptAnswer]:
        """Return the answers for the days that may still be answered, the newest day first."""
        now = self.site.now()
        found = self.answers.since(self.answers.first_day(now), now=now)
        return sorted(found, key=lambda one: (one.day, one.order), reverse=True)

    def take(self, sending: Sending) -> Taken:
        """Take an answer and have the log say that a form was filled in.

        The answer is taken also while the log cannot be reached: it shows nobody anything. Its entry follows with the
        next answer that the log can be told of. Raises AnswerRefused.
        """
        taken = self.answers.take(sending, now=self.site.now())
        self._log()
        return taken

    def take_back(self, answer_id: str) -> KeptAnswer | None:
        """Take an answer back; None where there is none, or its time is over."""
        held = self.answers.withdraw(answer_id, now=self.site.now())
        if held is not None:
            KeptAnswers(self.site.vault, self.viewer.athlete).put(replace(held, is_logged=False))
            self._log()
        return held

    def _log(self) -> None:
        """Report every act of the last days that the log was not told of yet."""
        kept = KeptAnswers(self.site.vault, self.viewer.athlete)
        for one in self.recent():
            if one.is_logged:
                continue
            try:
                self.site.report(self.viewer.athlete, OwnSiteDeed.FILLED_IN)
            except ConsentUnavailable as error:
                logger.warning("an own answer is not in the log yet", extra={"error": type(error).__name__})
                return
            kept.put(replace(one, is_logged=True))
