"""Whose a label in files is, as a person said it once: found by a keyed digest, and gone with the athlete it names.

The label itself is not kept. The day is sealed under the athlete's key.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from client.vault.store import Vault
from policies.vocabulary import AthleteId

MOST_REMEMBERED: Final = 2000  # ours: labels; the one that was used longest ago is forgotten first
_PLACE = b"remembered label"
_TAKEN_OUT: Final = "out"  # as long as the blanks that pad a day: the size of a row tells nothing


@dataclass(frozen=True, slots=True)
class RememberedLabel:
    """Whose the label is, and the local day on which rows of it were stored last.

    is_taken_out: those rows were taken out again, so that the label may be somebody else's.
    """

    athlete: AthleteId
    day: date
    is_taken_out: bool = False


def remember_labels(vault: Vault, kind: str, owners: Mapping[str, AthleteId], day: date) -> None:
    """Remember whose these labels are in files of a kind, in place of what was said of them before."""
    _, node = vault.seal_of_node()
    for label, athlete in owners.items():
        database, number, seal = vault.seal_of(athlete)
        key = node.row_key(_named(kind, label))
        with database.transaction() as connection:
            row = (key, number, seal.close(day.isoformat().encode(), _PLACE + key))
            connection.execute(
                "INSERT OR REPLACE INTO remembered_label (number, key, athlete, sealed) "
                "SELECT coalesce(max(number), 0) + 1, ?, ?, ? FROM remembered_label",
                row,
            )
            connection.execute(
                "DELETE FROM remembered_label WHERE number <= (SELECT max(number) FROM remembered_label) - ?",
                (MOST_REMEMBERED,),
            )


def remembered_labels(
    vault: Vault, kind: str, labels: Iterable[str], athletes: Iterable[AthleteId]
) -> dict[str, RememberedLabel]:
    """Return whose labels of a kind of file were said to be, where that is one of these athletes."""
    database, node = vault.seal_of_node()
    keys = {node.row_key(_named(kind, label)): label for label in labels}
    found = dict[str, RememberedLabel]()
    for athlete in athletes:
        _, number, seal = vault.seal_of(athlete)
        with database.reading() as connection:
            query = "SELECT key, sealed FROM remembered_label WHERE athlete = ?"
            rows = connection.execute(query, (number,)).fetchall()
        for key, sealed in rows:
            if key in keys:
                found[keys[key]] = _opened(athlete, seal.open(sealed, _PLACE + key))
    return found


def doubt_labels(vault: Vault, kind: str, owners: Mapping[str, AthleteId]) -> None:
    """Note that rows of these labels were taken out again; what was said of a label since stands."""
    _, node = vault.seal_of_node()
    for label, athlete in owners.items():
        database, number, seal = vault.seal_of(athlete)
        key = node.row_key(_named(kind, label))
        with database.transaction() as connection:
            where = (key, number)
            query = "SELECT sealed FROM remembered_label WHERE key = ? AND athlete = ?"
            row = connection.execute(query, where).fetchone()
            if row is not None:
                day = _opened(athlete, seal.open(row[0], _PLACE + key)).day
                sealed = seal.close(f"{day.isoformat()} {_TAKEN_OUT}".encode(), _PLACE + key)
                connection.execute(
                    "UPDATE remembered_label SET sealed = ? WHERE key = ? AND athlete = ?", (sealed, *where)
                )


def _opened(athlete: AthleteId, held: bytes) -> RememberedLabel:
    day, _, rest = held.decode().rstrip().partition(" ")  # padded with blanks
    return RememberedLabel(athlete, date.fromisoformat(day), rest == _TAKEN_OUT)


def _named(kind: str, label: str) -> bytes:
    return f"label\x1f{kind}\x1f{label}".encode()
