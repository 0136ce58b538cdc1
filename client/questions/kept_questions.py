"""The open questions of athletes, read once for every state of the vault: pages look at them far more often."""

import threading
from typing import Final

from client.questions.session_questions import SessionQuestion, open_questions
from client.vault.store import Vault
from policies.vocabulary import AthleteId

MOST_KEPT: Final = 200  # ours: athletes; a club has fewer


class KeptQuestions:
    """Whatever any program changes in the vault, an answer or an erasure too, empties the memory."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._lock = threading.Lock()
        self._version: tuple[int, int] | None = None
        self._kept: dict[AthleteId, tuple[SessionQuestion, ...]] = {}

    def of(self, athlete: AthleteId) -> tuple[SessionQuestion, ...]:
        """Return what is not answered yet; raises UnknownAthlete or AthleteErased."""
        version = self._vault.version(athlete)
        with self._lock:
            if version != self._version or len(self._kept) >= MOST_KEPT:
                self._kept.clear()
                self._version = version
            if athlete in self._kept:
                return self._kept[athlete]
        found = open_questions(self._vault, athlete).questions
        with self._lock:
            if self._version == version:
                self._kept[athlete] = found
        return found
