"""The vault's file without what was deleted: the last step of whatever takes readings or reasons away for good."""

from collections.abc import Callable
from typing import Final

from client.errors import VaultError
from client.vault.store import Vault

LEFT_FOR_NOW: Final = (
    "another program keeps the vault open; sealed bytes of what was deleted stay in its log until that program ends"
)


def scrub_or_tell(vault: Vault, tell: Callable[[str], None]) -> None:
    """Rewrite the file without what was deleted, or tell that bytes are left; what was deleted counts in neither."""
    try:
        vault.scrub()
    except VaultError:
        tell(LEFT_FOR_NOW)
