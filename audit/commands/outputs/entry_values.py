"""What an entry says in public, as commands answer it to programs."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audit.entries.events import Entry


def entry_json(index: int | None, entry: "Entry") -> dict[str, object]:
    """Return an entry as a program reads it; `index` is None while it waits for publication."""
    from audit.entries.events import sentence

    return {
        "index": index,
        "kind": entry.kind.value,
        "what": sentence(entry),
        "day": entry.day.isoformat(),
        "org": entry.org,
        "policy_hash": entry.policy_hash,
        "commitment": entry.commitment.hex(),
        "tag": entry.tag.hex(),
    }
