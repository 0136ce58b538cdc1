"""The sources that the node's athletes have readings of, as `readings` names them."""

from collections.abc import Iterable

from client.biometrics.observations import ReadingSource
from client.vault.records.sources import SourceNumbers
from client.vault.store import Vault
from policies.vocabulary import AthleteId


def known_sources(vault: Vault, athletes: Iterable[AthleteId]) -> set[ReadingSource]:
    """Return every source of these athletes; raises UnknownAthlete or AthleteErased."""
    return {source for athlete in athletes for source in _of(vault, athlete)}


def named(entry: str, names: Iterable[str]) -> str:
    """Return an entry of an order of sources as it is stored: capitals make no difference (docs/ingest.md §2.1)."""
    typed = " ".join(entry.split())
    return next((name for name in names if name.casefold() == typed.casefold()), typed.casefold())


def _of(vault: Vault, athlete: AthleteId) -> list[ReadingSource]:
    database, number, seal = vault.seal_of(athlete)
    with database.reading() as connection:
        sources = SourceNumbers(connection, number, seal)
        query = "SELECT number FROM source WHERE athlete = ?"
        return [sources[held] for (held,) in connection.execute(query, (number,)).fetchall()]
