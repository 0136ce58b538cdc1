"""Opening a node's vault with the key its settings name."""

import os

from client.errors import BadNodeSettings
from client.settings import NodeSettings
from client.vault.keys import PASSPHRASE_VARIABLE, UnlockKey, read_key_file, read_passphrase
from client.vault.store import Vault


def unlock_key(settings: NodeSettings) -> UnlockKey:
    """Return the key of this node's vault: from its key file, or from the passphrase in the environment."""
    if settings.lock == "passphrase":
        return read_passphrase(settings.keys, os.environ.get(PASSPHRASE_VARIABLE))
    return read_key_file(settings.keys)


def open_vault(settings: NodeSettings) -> Vault:
    """Open this node's vault; close it with `with`. Raises BadNodeSettings when its file is gone: none is made anew."""
    if not settings.vault_path.exists():
        raise BadNodeSettings(f"{settings.vault_path} is missing; put it back from a backup")
    return Vault.open(settings.vault_path, unlock_key(settings))
