"""Prepared reports in the vault: each athlete's part sealed under their key and erased with it, by variant and day."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from client.errors import AthleteErased, UnknownAthlete
from client.reports.value import (
    PreparedDay,
    PreparedPart,
    Variant,
    decoded_day,
    decoded_part,
    encoded_day,
    encoded_part,
)
from client.vault.store import Vault
from policies.vocabulary import AthleteId

KEPT_DAYS: Final = 35
"""Ours: five weeks, so that a month's reports can be opened again; below the shortest time that readings are kept."""
PreparedParts = Mapping[tuple[AthleteId, Variant], PreparedPart]


def keep_prepared(vault: Vault, common: PreparedDay, parts: PreparedParts) -> bool:
    """Store a day's report, all of it or nothing; returns False if the day has one already, and that one stays.

    Whoever was erased meanwhile is left out. Reports that are older than `KEPT_DAYS` are deleted.
    """
    database, node = vault.seal_of_node()
    with vault.transaction(), database.transaction() as connection:
        key = node.row_key(_place(common.day))
        if connection.execute("SELECT 1 FROM report_day WHERE key = ?", (key,)).fetchone():
            return False
        for (athlete, variant), part in parts.items():
            _keep_part(vault, athlete, common.day, variant, part)
        sealed = node.close(encoded_day(common), _place(common.day))
        connection.execute("INSERT INTO report_day (key, sealed) VALUES (?, ?)", (key, sealed))
    _delete_before(vault, common.day - timedelta(days=KEPT_DAYS))
    return True


def prepared_day(vault: Vault, day: date) -> PreparedDay | None:
    """Return what is common to the report of `day`; None if none was prepared, or it is no longer kept."""
    database, node = vault.seal_of_node()
    with database.reading() as connection:
        row = connection.execute("SELECT sealed FROM report_day WHERE key = ?", (node.row_key(_place(day)),)).fetchone()
    return None if row is None else decoded_day(node.open(row[0], _place(day)))


def prepared_part(vault: Vault, athlete: AthleteId, day: date, variant: Variant) -> PreparedPart | None:
    """Return an athlete's part; None if none was prepared. Raises UnknownAthlete or AthleteErased."""
    database, number, seal = vault.seal_of(athlete)
    place = _place(day, variant)
    with database.reading() as connection:
        query = "SELECT sealed FROM report_part WHERE athlete = ? AND key = ?"
        row = connection.execute(query, (number, seal.row_key(place))).fetchone()
    return None if row is None else decoded_part(seal.open(row[0], place))


def _keep_part(vault: Vault, athlete: AthleteId, day: date, variant: Variant, part: PreparedPart) -> None:
    try:
        database, number, seal = vault.seal_of(athlete)
    except (AthleteErased, UnknownAthlete):
        return
    place = _place(day, variant)
    row = (number, seal.row_key(place), seal.close(encoded_part(part), place))
    with database.transaction() as connection:
        connection.execute("INSERT OR REPLACE INTO report_part (athlete, key, sealed) VALUES (?, ?, ?)", row)


def _delete_before(vault: Vault, first: date) -> None:
    """Delete the reports of days before `first`: a row tells no day, so those of the days that stay are known again."""
    database, node = vault.seal_of_node()
    days = [first + timedelta(days=step) for step in range(2 * KEPT_DAYS)]
    kept = {node.row_key(_place(day)) for day in days}
    with database.transaction() as connection:
        for (key,) in connection.execute("SELECT key FROM report_day").fetchall():
            if key not in kept:
                connection.execute("DELETE FROM report_day WHERE key = ?", (key,))
        for one in vault.athletes():
            _, number, seal = vault.seal_of(one.athlete)
            known = {seal.row_key(_place(day, variant)) for day in days for variant in Variant}
            for (key,) in connection.execute("SELECT key FROM report_part WHERE athlete = ?", (number,)).fetchall():
                if key not in known:
                    connection.execute("DELETE FROM report_part WHERE athlete = ? AND key = ?", (number, key))


def _place(day: date, variant: Variant | None = None) -> bytes:
    return f"report\x1f{day.isoformat()}\x1f{variant or ''}".encode()
