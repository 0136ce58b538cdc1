"""Settings of one consent service: read once from DIR/settings.json and the environment, then frozen.

Environment: HOMEFIELD_CONSENT_DATABASE overrides the database URL, so that a password never has to
stand in the file. Secrets live beside it in DIR/keys, mode 0600, and are read by `consent.keys`.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chassis.files.program_folder import taken_for_another
from chassis.files.replace_file import replace_durably
from chassis.http.budgets import ITEMS_OF_A_KEY, REQUESTS_OF_A_KEY, REQUESTS_OF_AN_ADDRESS
from chassis.http.loopback import is_loopback
from consent.errors import InvalidSettings
from consent.release_schedule import DAY_S, HOUR_S

SETTINGS_FILE = "settings.json"
LEAST_KEPT_D = 35
"""Ours: an athlete reads who looked in the last 30 days, and details of an entry outlive its publication."""
DATABASE_VARIABLE = "HOMEFIELD_CONSENT_DATABASE"


class ConsentSettings(BaseModel):
    """Everything that may differ between two consent services.

    directory: holds database, keys, log and trust policy. name: who runs it, as pages show it. database: SQLAlchemy
    URL; empty means SQLite inside the directory. publish_every_s: releases become visible only at
    multiples of this, counted from 06:00 UTC, so that the time of an approval reveals nothing. checkpoint_every_s: the
    log publishes what it has recorded at multiples of this, counted in UTC. log_folder: where the public log lies, for
    a web server that may read it and nothing else; empty means inside the directory. published_at: web address where
    others read the log, where such a server serves it; asked before a start.
    idle_s: a session ends after this long without a request.
    requests_a_minute, items_a_minute: of one signing key. address_requests_a_minute: of one address, whoever asks.
    keep_details_days: the sealed details of older entries end; None keeps them for good.
    agreement: the rule pack in force. demo: one-click personas; loopback only.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    directory: Path
    name: str = Field(min_length=1, max_length=80)
    union: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,63}$")] = "union"
    database: str = Field(default="", max_length=400, repr=False)
    log_origin: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]+(/[A-Za-z0-9._-]+)*$", max_length=200)] = (
        "log.homefield.example/consent"
    )
    log_folder: str = Field(default="", max_length=1000)
    agreement: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")] = "open"
    publish_every_s: int = Field(default=DAY_S, ge=1, le=7 * DAY_S)
    checkpoint_every_s: int = Field(default=HOUR_S, ge=1, le=DAY_S)
    published_at: Annotated[str, Field(pattern=r"^(https?://[^\s]+)?$", max_length=300)] = ""
    idle_s: int = Field(default=900, ge=60, le=DAY_S)
    requests_a_minute: int = Field(default=REQUESTS_OF_A_KEY, ge=1)
    items_a_minute: int = Field(default=ITEMS_OF_A_KEY, ge=1)
    address_requests_a_minute: int = Field(default=REQUESTS_OF_AN_ADDRESS, ge=1)
    host: str = Field(default="127.0.0.1", max_length=200)
    port: int = Field(default=8600, ge=0, le=65_535)
    keep_details_days: int | None = Field(default=None, ge=LEAST_KEPT_D, le=36_500)
    demo: bool = False

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL: SQLite inside the directory unless another was given."""
        return self.database or f"sqlite:///{self.database_file}"

    @property
    def database_file(self) -> Path | None:
        """The SQLite file inside the directory; None where another database was given."""
        return None if self.database else self.directory / "consent.sqlite3"

    @property
    def log_directory(self) -> Path:
        """Where the public log's files lie; the private part stands beside them."""
        return Path(self.log_folder) if self.log_folder else self.directory / "log"

    @property
    def keys_directory(self) -> Path:
        """Where the secret keys lie."""
        return self.directory / "keys"

    @property
    def is_loopback(self) -> bool:
        """True if the service is reachable from this machine only."""
        return is_loopback(self.host)

    def refuse_unsafe(self) -> None:
        """Raise InvalidSettings if the settings would be unsafe to serve with."""
        if self.demo and not self.is_loopback:
            raise InvalidSettings("expected a loopback host in demo mode; demo personas sign in without proof")


def read_settings(directory: Path, *, environment: Mapping[str, str] = os.environ, **overrides: Any) -> ConsentSettings:
    """Read DIR/settings.json; raises InvalidSettings naming the field that is wrong, never its content."""
    path = directory / SETTINGS_FILE
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidSettings(f"expected {SETTINGS_FILE} in {directory}; run `homefield-consent init` first") from error
    except ValueError as error:
        raise InvalidSettings(f"{path} is damaged; put it back from a backup") from error
    if not isinstance(stored, dict):
        raise InvalidSettings(f"{path} is damaged; put it back from a backup")
    if other := taken_for_another(path, expected="union"):
        raise InvalidSettings(other)
    if stored.pop("secure", False):  # what `serve --public-url` says now; of every file of version 0.1, mostly false
        raise InvalidSettings(
            f"expected no setting `secure` in {path}: remove it, and give `serve` the address with --public-url"
        )
    if environment.get(DATABASE_VARIABLE):
        stored["database"] = environment[DATABASE_VARIABLE]
    return make_settings(stored | {"directory": directory} | overrides)


def make_settings(values: Mapping[str, Any]) -> ConsentSettings:
    """Validate `values`; raises InvalidSettings naming the field that is wrong."""
    try:
        return ConsentSettings.model_validate(dict(values))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]  # the input may hold a database password
        field = ".".join(str(part) for part in first["loc"])
        said = first["msg"][:1].lower() + first["msg"][1:]
        raise InvalidSettings(f"the setting {field or SETTINGS_FILE} is not as expected: {said}") from error


def write_settings(settings: ConsentSettings) -> None:
    """Write DIR/settings.json, readable by its owner only (a database URL may hold a password)."""
    path = settings.directory / SETTINGS_FILE
    stored = settings.model_dump(mode="json", exclude={"directory", "host", "port", "demo"})
    replace_durably(path, json.dumps(stored, indent=2).encode() + b"\n")
