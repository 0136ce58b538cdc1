"""The writer's own note of how far it came, kept beside the log: what shows that an older checkpoint was put back."""

import json
from dataclasses import dataclass

from policies.canonical import canonical_bytes

STATE = "tree.json"
VERSION = 3


@dataclass(frozen=True, slots=True)
class TreeState:
    """Size and root of the newest tree whose tiles are durable.

    covers: segments of the pending journal up to this number are in that tree, or void. act: the largest act number
    in that tree; 0 if nothing has one. version: 1 is what the writer noted before it had a pending journal, 2 before
    acts had numbers.
    """

    size: int
    root: bytes
    covers: int
    act: int = 0
    version: int = VERSION

    @property
    def data(self) -> bytes:
        """The file's bytes."""
        value = {"act": self.act, "covers": self.covers, "root": self.root.hex(), "size": self.size, "v": self.version}
        return canonical_bytes(value)


def parse_state(data: bytes | None) -> TreeState | None:
    """Return the state in a file, or None where there is none or nobody can read it: the log can do without."""
    try:
        value = json.loads(data or b"null")
        return TreeState(
            int(value["size"]),
            bytes.fromhex(value["root"]),
            int(value.get("covers", 0)),
            int(value.get("act", 0)),
            int(value.get("v", 1)),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
