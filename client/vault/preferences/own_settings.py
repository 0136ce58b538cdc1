"""Own settings in the vault: each athlete's sealed under their key and erased with it, the node's under its own."""

from client.biometrics.own_settings import NOTHING_SET, OwnSettings
from client.vault.store import Vault
from policies.vocabulary import AthleteId

_PLACE = b"own settings"


def own_settings(vault: Vault, athlete: AthleteId) -> OwnSettings:
    """Return what the athlete set; raises UnknownAthlete or AthleteErased."""
    database, number, seal = vault.seal_of(athlete)
    with database.reading() as connection:
        row = connection.execute("SELECT sealed FROM own_setting WHERE athlete = ?", (number,)).fetchone()
    return NOTHING_SET if row is None else OwnSettings.model_validate_json(seal.open(row[0], _PLACE))


def set_own_settings(vault: Vault, athlete: AthleteId, settings: OwnSettings) -> None:
    """Replace what the athlete set; raises UnknownAthlete or AthleteErased."""
    database, number, seal = vault.seal_of(athlete)
    with database.transaction() as connection:
        row = (number, seal.close(settings.model_dump_json().encode(), _PLACE))
        connection.execute("INSERT OR REPLACE INTO own_setting (athlete, sealed) VALUES (?, ?)", row)


def node_source_priority(vault: Vault) -> tuple[str, ...]:
    """Return the apps that count first for every athlete who has not said otherwise, best first."""
    database, seal = vault.seal_of_node()
    with database.reading() as connection:
        row = connection.execute("SELECT sealed FROM node_setting").fetchone()
    return () if row is None else OwnSettings.model_validate_json(seal.open(row[0], _PLACE)).source_priority


def set_node_source_priority(vault: Vault, settings: OwnSettings) -> None:
    """Replace the node's order of sources by that of `settings`."""
    database, seal = vault.seal_of_node()
    with database.transaction() as connection:
        stored = OwnSettings(source_priority=settings.source_priority).model_dump_json().encode()
        row = (seal.close(stored, _PLACE),)
        connection.execute("INSERT OR REPLACE INTO node_setting (one, sealed) VALUES (1, ?)", row)


def source_priority(vault: Vault, athlete: AthleteId) -> tuple[str, ...]:
    """Return the order of sources for one athlete: their own first, then what the node adds to it."""
    own = own_settings(vault, athlete).source_priority
    return own + tuple(app for app in node_source_priority(vault) if app not in own)
