"""An athlete's readings as the node knew them at a moment: what came, was corrected or voided since is no part of it.

Told by the journal of imports and by acts by hand. A reading of which no import is noted counts from its own time on;
an import that was undone since has left nothing to tell.
"""

from dataclasses import replace
from datetime import datetime
from operator import attrgetter

from client.biometrics.observations import Observation
from client.vault.history.athlete_history import AthleteHistory
from client.vault.journal import imports
from client.vault.store import Vault
from policies.vocabulary import AthleteId

_IN_TIME = attrgetter("start", "stream", "end")


def readings_as_known(vault: Vault, athlete: AthleteId, moment: datetime) -> list[Observation]:
    """Return the readings that counted at `moment`, in order of time; raises UnknownAthlete or AthleteErased."""
    journal = imports(vault, athlete)
    database, number, seal = vault.seal_of(athlete)
    with database.reading() as connection:
        held = AthleteHistory.read(connection, number, seal, journal)
    later = frozenset(record.number for record in journal if record.at > moment)
    acts = {key: [act for act in done if act.at <= moment] for key, done in held.acts.items()}
    touched = held.keys_of(later) | {key for key, done in held.acts.items() if len(acts[key]) < len(done)}
    then = replace(held, acts=acts)
    counting = {key: one for key, one in held.counting.items() if key not in touched}
    folded = {key: then.state_without(key, later).counting for key in touched}
    known = [*counting.values(), *(one for one in folded.values() if one is not None)]
    return sorted((one for one in known if one.start <= moment), key=_IN_TIME)
