"""What the registry holds, for the operator's page: each kind's versions, newest first, and what the log can show.

From the registry's folder alone. Which clubs use a model, or answered for one, is not known here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from chassis.text import counted, moment
from models.chain import Version
from models.errors import ModelError, NotAtHand
from models.features import SCHEMAS
from models.registry import ModelRecord
from server.errors import BadCoordinatorSettings
from server.registry_store import RegistryFolder

ROLLED_BACK = "Goes back to an earlier version"
OF_CAMPAIGN = "Of a campaign"


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version in words. name: its hash, as commands take it; opening: whether what shows it in the log is kept.

    back_to: the hash of the version that it goes back to, "" where it is of a campaign.
    """

    name: str
    registered: str
    campaign: str
    what: str
    back_to: str
    opening: bool
    is_newest: bool


@dataclass(frozen=True, slots=True)
class KindRows:
    """Every version of one kind of model, newest first. problem: what keeps them from being read, "" where nothing."""

    model: str
    versions: tuple[VersionRow, ...]
    problem: str

    @property
    def lead(self) -> str:
        """How many there are, and what the newest is."""
        if not self.versions:
            return ""
        newest = "goes back to an earlier one" if self.versions[0].back_to else "is of a campaign"
        return f"{counted(len(self.versions), 'version').capitalize()}; the newest {newest}."


def registry_rows(registry: RegistryFolder) -> tuple[KindRows, ...]:
    """Return each kind of which the registry names a newest version."""
    return tuple(_kind(registry, model) for model in sorted(SCHEMAS) if registry.latest(model) is not None)


def _kind(registry: RegistryFolder, model: str) -> KindRows:
    newest = registry.latest(model) or ""
    try:
        found = registry.versions(newest)
    except (BadCoordinatorSettings, ModelError):
        return KindRows(model, (), "A version cannot be read. Put models/ back from a backup.")
    rows = tuple(_row(registry, one, newest) for one in reversed(found))
    is_whole = found[0].record.previous is None
    problem = "" if is_whole else "Earlier versions are not in the registry. Put models/ back from a backup."
    return KindRows(model, rows, problem)


def _row(registry: RegistryFolder, version: Version, newest: str) -> VersionRow:
    record = version.record
    back_to = record.goes_back_to or ""
    return VersionRow(
        name=record.sha256,
        registered=moment(record.registered),
        campaign=_campaign(version),
        what=ROLLED_BACK if back_to else _what(record),
        back_to=back_to,
        opening=registry.has_opening(record.sha256),
        is_newest=record.sha256 == newest,
    )


def _what(record: ModelRecord) -> str:
    return OF_CAMPAIGN if record.of_season is None else f"Exchange {record.of_season} of a season"


def _campaign(version: Version) -> str:
    """The campaign's id; the first digits of its manifest's hash where the manifest is not kept."""
    try:
        return version.campaign().campaign_id
    except NotAtHand:
        return f"manifest {version.record.campaign[:16]}, which is not kept here"
    except ModelError:
        return f"manifest {version.record.campaign[:16]}; the one kept here is another"


def names_in(kinds: tuple[KindRows, ...]) -> Iterator[str]:
    """The hash of every version."""
    return (version.name for kind in kinds for version in kind.versions)
