"""What the node remembers of kinds of tables, sealed under its own key and found by a keyed digest of the kind."""

from typing import Final

from client.vault.store import Vault

MOST_REMEMBERED: Final = 200  # ours: kinds of tables; the one that was used longest ago is forgotten first
_PLACE = b"remembered table"


def remembered_table(vault: Vault, kind: str) -> str | None:
    """Return what was remembered of a kind of table, without blanks at its end, or None."""
    database, seal = vault.seal_of_node()
    key = seal.row_key(_named(kind))
    with database.reading() as connection:
        row = connection.execute("SELECT sealed FROM remembered_table WHERE key = ?", (key,)).fetchone()
    return None if row is None else seal.open(row[0], _PLACE + key).decode().rstrip()  # padded with blanks


def remembered_tables(vault: Vault) -> list[str]:
    """Return what was remembered of every kind of table, the newest first."""
    database, seal = vault.seal_of_node()
    with database.reading() as connection:
        rows = connection.execute("SELECT key, sealed FROM remembered_table ORDER BY number DESC").fetchall()
    return [seal.open(sealed, _PLACE + key).decode().rstrip() for key, sealed in rows]


def remember_table(vault: Vault, kind: str, text: str) -> None:
    """Remember this of a kind of table, in place of what was remembered of it."""
    database, seal = vault.seal_of_node()
    key = seal.row_key(_named(kind))
    with database.transaction() as connection:
        row = (key, seal.close(text.encode(), _PLACE + key))
        connection.execute(
            "INSERT OR REPLACE INTO remembered_table (number, key, sealed) "
            "SELECT coalesce(max(number), 0) + 1, ?, ? FROM remembered_table",
            row,
        )
        connection.execute(
            "DELETE FROM remembered_table WHERE number <= (SELECT max(number) FROM remembered_table) - ?",
            (MOST_REMEMBERED,),
        )


def _named(kind: str) -> bytes:
    return b"table\x1f" + kind.encode()
