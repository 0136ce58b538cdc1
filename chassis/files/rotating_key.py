"""A signing key that is replaced: the new one waits beside it until whoever checks signatures has taken it.

`node.key` is the present one, `node.key.new` waits, `node.key.former` is the public half of the one before. A crash at
any moment leaves a key that counts: the new one is put in place only when it was taken, and both do so for a while.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path

from chassis.files.replace_file import replace_durably
from chassis.files.secret_file import SEED_SIZE, create_seed, read_seed, seed_text
from policies.errors import InvalidInput
from policies.signing import SigningKey, VerifyKey


@dataclass(frozen=True, slots=True)
class RotatingKey:
    """The key in one secret file, and what waits beside it."""

    path: Path

    @property
    def present(self) -> SigningKey:
        """The key that signs; raises BadSecretFile."""
        return SigningKey(read_seed(self.path))

    @property
    def former(self) -> VerifyKey | None:
        """The public half of the key before, if there was one."""
        try:
            return VerifyKey.from_text(self._former_path.read_text(encoding="ascii").strip())
        except (OSError, UnicodeDecodeError, InvalidInput):
            return None

    def waiting(self) -> SigningKey:
        """Return the new key, made now unless an earlier try has made it; raises BadSecretFile or OSError."""
        if self._new_path.exists() and read_seed(self._new_path) == read_seed(self.path):
            self._new_path.unlink()  # it was put in place, and the program ended before it said so
        if not self._new_path.exists():
            create_seed(self._new_path, secrets.token_bytes(SEED_SIZE))
        return SigningKey(read_seed(self._new_path))

    def put_in_place(self) -> None:
        """Make the waiting key the present one, and keep the public half of the one before."""
        new, before = self.waiting(), self.present
        replace_durably(self._former_path, before.verify_key.text.encode() + b"\n")
        replace_durably(self.path, seed_text(new.seed))
        self._new_path.unlink()

    @property
    def _new_path(self) -> Path:
        return self.path.with_name(f"{self.path.name}.new")

    @property
    def _former_path(self) -> Path:
        return self.path.with_name(f"{self.path.name}.former")
