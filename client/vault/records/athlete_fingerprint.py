"""What differs once anything of one athlete has changed in the vault, found without opening what is sealed.

Everything in the vault is sealed under a fresh random nonce each time that it is written. So keys and nonces of an
athlete's rows tell any change, at a hundredth of the time of reading them.
"""

import hashlib
import sqlite3
from typing import Final

from client.vault.database import OF_ONE_ATHLETE
from client.vault.seal import NONCE_BYTES, ROW_KEY_BYTES

MADE_OF_OTHERS: Final = frozenset({"report_part", "private_head"})
"""Tables of what is itself made of an athlete's data: they change daily, and nothing that is read depends on them."""
_SEEN_BYTES: Final = max(NONCE_BYTES, ROW_KEY_BYTES)


def athlete_fingerprint(connection: sqlite3.Connection, number: int) -> bytes:
    """Return 32 bytes for the athlete with this row number: of their rows, their profile, and the node's settings."""
    found = hashlib.blake2b(digest_size=32)
    for table in OF_ONE_ATHLETE:
        if table not in MADE_OF_OTHERS:
            _add(found, connection, table, "athlete = ?", number)
    _add(found, connection, "athlete", "number = ?", number)
    _add(found, connection, "node_setting", "one = ?", 1)
    return found.digest()


def _add(found: "hashlib.blake2b", connection: sqlite3.Connection, table: str, where: str, value: int) -> None:
    columns = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
    seen = ", ".join(f"substr({name}, 1, {_SEEN_BYTES})" for name in columns)
    query = f"SELECT {seen} FROM {table} WHERE {where}"  # noqa: S608 - our own names
    rows = connection.execute(query, (value,)).fetchall()
    found.update(repr((table, rows)).encode())
