"""Sign-in codes from the club's desk: printed once, kept only as hashes, good for one working day."""

import hashlib
import hmac
import json
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from chassis.clock import Clock
from chassis.files.replace_file import replace_durably
from chassis.files.secret_file import read_secret
from client.errors import BadNodeSettings
from policies.vocabulary import PersonId, Role

FILE_NAME = "staff_codes.json"
LIFE = timedelta(hours=12)
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without signs that look alike
GROUPS, GROUP = 4, 4  # 31**16: about 79 bits, so that a plain hash is enough
MOST_WRONG = 10
WRONG_WINDOW = timedelta(minutes=5)
STAFF_ROLES = (Role.COACH, Role.MEDICAL)


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A person the desk handed a code to."""

    person: PersonId
    name: str
    role: Role


def person_of(name: str) -> PersonId:
    """Return the id under which athletes find this person in their log."""
    return PersonId(f"staff-{hashlib.sha256(name.strip().encode()).hexdigest()[:12]}")


def issue(path: Path, *, name: str, role: Role, now: datetime) -> str:
    """Add a code for one person to the desk's file and return it; it is shown this once."""
    if role not in STAFF_ROLES:
        raise BadNodeSettings("expected the role coach or medical")
    if not 0 < len(name.strip()) <= 60:
        raise BadNodeSettings("expected a name of 1 to 60 characters")
    code = "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))
    entry = {
        "hash": _hash(code),
        "person": person_of(name),
        "name": name.strip(),
        "role": role.value,
        "expires": (now + LIFE).isoformat(),
    }
    kept = [one for one in _entries(path) if datetime.fromisoformat(one["expires"]) > now]
    _write(path, [*kept, entry])
    return code


class StaffCodeIssuer:
    """Checks codes against the desk's file; ten wrong ones in five minutes close it for a while."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path, self._clock = path, clock
        self._wrong: list[datetime] = []
        self._lock = threading.Lock()

    def check(self, code: str) -> StaffMember | None:
        """Return who the code was handed to; None for a wrong or old code, or while the desk is closed."""
        now = self._clock()
        with self._lock:
            self._wrong = [at for at in self._wrong if now - at < WRONG_WINDOW]
            if len(self._wrong) >= MOST_WRONG:
                return None
            digest, found = _hash(code.strip().lower()), None
            for one in _entries(self._path):
                same = hmac.compare_digest(digest, one["hash"])
                if same and datetime.fromisoformat(one["expires"]) > now:
                    found = StaffMember(PersonId(one["person"]), one["name"], Role(one["role"]))
            if found is None:
                self._wrong.append(now)
            return found


def _hash(code: str) -> str:
    return hashlib.sha256(b"homefield staff code " + code.encode()).hexdigest()


def _entries(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    try:
        entries: list[dict[str, str]] = json.loads(read_secret(path))
    except ValueError as error:
        raise BadNodeSettings(f"{path} is not a list of staff codes; remove it and issue new ones") from error
    return entries


def _write(path: Path, entries: list[dict[str, str]]) -> None:
    replace_durably(path, json.dumps(entries).encode())
