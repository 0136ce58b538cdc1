"""What becomes of a file of a watched folder once it was imported."""

from enum import StrEnum


class AfterImport(StrEnum):
    """keep: it stays. move: into the folder `taken`. delete: it is removed."""

    KEEP = "keep"
    MOVE = "move"
    DELETE = "delete"
