"""The coordinator's database: enrolled nodes and campaigns. Values go in and out; rows stay inside."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from chassis.clock import Clock
from chassis.errors import CannotMigrate, UnusableDatabase
from chassis.storage.engine import make_engine
from chassis.storage.migrate import Migrations
from chassis.storage.sqlite_file import create_private
from models.masks.node_line import fleet_part
from policies.campaign import CampaignManifest, SignedManifest, parse_signed_manifest
from server.errors import AlreadyExists, BadCoordinatorSettings, CampaignFailed
from server.rows import CoordinatorCampaignRow, NodeRow
from server.settings import CoordinatorSettings

MIGRATIONS = Migrations(Path(__file__).parent / "migrations", unversioned=("campaign", "0001"))
DETAIL_LENGTH = 300


class CampaignState(StrEnum):
    """How far a campaign is. `failed` says why in `detail`; a failed or closed campaign publishes nothing.

    interrupted: the coordinator stopped while it was under way; the operator resumes it, or closes it.
    resting: a season between two exchanges; it goes on by itself, also after a restart.
    """

    OPEN = "open"
    WAITING = "waiting"
    RUNNING = "running"
    RESTING = "resting"
    INTERRUPTED = "interrupted"
    DONE = "done"
    FAILED = "failed"
    CLOSED = "closed"


UNFINISHED = (CampaignState.WAITING, CampaignState.RUNNING)
OVER = (CampaignState.DONE, CampaignState.FAILED, CampaignState.CLOSED)


@dataclass(frozen=True, slots=True)
class Node:
    """An enrolled club and the key its node signs in with."""

    club: str
    fleet_key: str
    enrolled_at: datetime


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign and how far it is. No number of athletes is stored here, or known.

    model_id: the last version that it has published, "" before. reported_at: when the ledger was told that it is over;
    None before. waits_until: until when its clubs are waited for, while they are.
    """

    signed: SignedManifest
    state: CampaignState
    rounds_done: int
    parts: int
    detail: str
    model_id: str
    opened_at: datetime
    changed_at: datetime
    reported_at: datetime | None
    waits_until: datetime | None = None

    @property
    def manifest(self) -> CampaignManifest:
        """What was signed."""
        return self.signed.manifest

    @property
    def sha256(self) -> str:
        """Hash of the manifest."""
        return self.manifest.sha256


def open_database(settings: CoordinatorSettings) -> Engine:
    """Open the coordinator's database, created or migrated to the newest schema.

    Raises BadCoordinatorSettings if it cannot be.
    """
    try:
        if settings.database_path is not None:
            create_private(settings.database_path)
        engine = make_engine(settings.database_url)
        MIGRATIONS.upgrade(engine)
    except OSError as error:
        raise BadCoordinatorSettings(f"cannot open {settings.database_path} for writing") from error
    except UnusableDatabase as error:
        where = settings.database_path or "the database"
        raise BadCoordinatorSettings(f"{where} cannot be opened or is damaged: {error}") from error
    except CannotMigrate as error:
        raise BadCoordinatorSettings(str(error)) from error
    return engine


class CoordinatorStore:
    """Nodes and campaigns of one coordinator; usable from any thread, one transaction per method."""

    def __init__(self, engine: Engine, *, clock: Clock) -> None:
        self._engine = engine
        self._writer = engine.execution_options(is_writer=True)
        self._clock = clock

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        with Session(self._writer) as session, session.begin():
            yield session

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with Session(self._engine) as session:
            yield session

    def is_new_node(self, club: str, fleet_key: str) -> bool:
        """False if this very pair is enrolled; raises AlreadyExists if club or key is in use for something else.

        True as well for a node that is enrolled without its key for masks where `fleet_key` has it.
        """
        for node in self.nodes():
            if node.club == club:
                return _is_more(node, fleet_key)
            if fleet_part(node.fleet_key) == fleet_part(fleet_key):
                raise AlreadyExists("that key is enrolled for another club")
        return True

    def add_node(self, club: str, fleet_key: str) -> Node:
        """Enrol a club's node, or add its key for masks.

        Raises AlreadyExists if club or key is in use for something else. A key for masks that is there stays.
        """
        try:
            with self._transaction() as session:
                held = session.get(NodeRow, club)
                if held is None:
                    session.add(NodeRow(club=club, fleet_key=fleet_key, enrolled_at=self._clock()))
                elif _is_more(held, fleet_key):
                    held.fleet_key = fleet_key
        except IntegrityError as error:
            raise AlreadyExists("that key is enrolled for another club") from error
        return next(node for node in self.nodes() if node.club == club)

    def nodes(self) -> tuple[Node, ...]:
        """Enrolled nodes by club."""
        with self._reading() as session:
            rows = session.exec(select(NodeRow)).all()
            found = [Node(row.club, row.fleet_key, row.enrolled_at) for row in rows]
        return tuple(sorted(found, key=lambda node: node.club))

    def check_free(self, campaign_id: str, sha256: str = "") -> None:
        """Return if no campaign but the one of this hash has the id; raises AlreadyExists."""
        for one in self.campaigns():
            if one.manifest.campaign_id == campaign_id and one.sha256 != sha256:
                raise AlreadyExists(f"there is a campaign {campaign_id} already")

    def add_campaign(self, signed: SignedManifest) -> Campaign:
        """Keep a newly opened campaign; raises AlreadyExists for an id in use."""
        now = self._clock()
        row = CoordinatorCampaignRow(
            sha256=signed.manifest.sha256,
            campaign_id=signed.manifest.campaign_id,
            signed=signed.model_dump_json(),
            state=CampaignState.OPEN,
            opened_at=now,
            changed_at=now,
        )
        try:
            with self._transaction() as session:
                session.add(row)
        except IntegrityError as error:
            raise AlreadyExists(f"there is a campaign {signed.manifest.campaign_id} already") from error
        return self.campaign(signed.manifest.sha256)

    def campaigns(self) -> tuple[Campaign, ...]:
        """Every campaign, oldest first."""
        with self._reading() as session:
            found = [_campaign(row) for row in session.exec(select(CoordinatorCampaignRow)).all()]
        return tuple(sorted(found, key=lambda campaign: (campaign.opened_at, campaign.manifest.campaign_id)))

    def has_open(self) -> bool:
        """Whether a campaign was started that nobody has begun to carry out."""
        query = select(CoordinatorCampaignRow.sha256).where(CoordinatorCampaignRow.state == CampaignState.OPEN).limit(1)
        with self._reading() as session:
            return session.exec(query).first() is not None

    def campaign(self, name: str) -> Campaign:
        """Return the campaign with this id or hash; raises BadCoordinatorSettings if there is none."""
        for campaign in self.campaigns():
            if name in (campaign.sha256, campaign.manifest.campaign_id):
                return campaign
        raise BadCoordinatorSettings(f"there is no campaign {name[:64]!r}")

    def set_state(self, sha256: str, state: CampaignState, *, detail: str = "", model_id: str = "") -> None:
        """Record that a campaign entered `state`. model_id: what it has published now; what it has before stays."""
        published = {"model_id": model_id} if model_id else {}
        self._change(sha256, state=state, detail=detail[:DETAIL_LENGTH], **published)

    def set_waits_until(self, sha256: str, until: datetime) -> None:
        """Record until when the clubs of a campaign are waited for; it is told while the campaign waits."""
        self._change(sha256, waits_until=until)

    def set_running(self, sha256: str) -> None:
        """Record that the first answers have come; what was noted stays."""
        self._change(sha256, state=CampaignState.RUNNING)

    def set_progress(self, sha256: str, *, rounds_done: int, parts: int) -> None:
        """Record how many rounds are finished and how many clubs answered in the running one."""
        self._change(sha256, rounds_done=rounds_done, parts=parts)

    def set_note(self, sha256: str, detail: str) -> None:
        """Record what the operator should know of a campaign that goes on."""
        self._change(sha256, detail=detail[:DETAIL_LENGTH])

    def set_reported(self, sha256: str) -> None:
        """Record that the ledger was told that a campaign is over."""
        with self._row(sha256) as row:
            row.reported_at = self._clock()

    def is_closed(self, sha256: str) -> bool:
        """True once the operator has closed the campaign."""
        with self._reading() as session:
            row = session.get(CoordinatorCampaignRow, sha256)
            return row is not None and row.state == CampaignState.CLOSED

    def interrupt_unfinished(self, detail: str) -> tuple[str, ...]:
        """Mark every campaign that was under way as interrupted; returns their ids."""
        stopped = tuple(c for c in self.campaigns() if c.state in UNFINISHED)
        for campaign in stopped:
            self.set_state(campaign.sha256, CampaignState.INTERRUPTED, detail=detail)
        return tuple(campaign.manifest.campaign_id for campaign in stopped)

    def resume(self, sha256: str) -> Campaign:
        """Have an interrupted campaign taken up again where it was; raises BadCoordinatorSettings for any other."""
        with self._row(sha256) as row:
            if row.state != CampaignState.INTERRUPTED:
                goes_on = "; it goes on by itself" if row.state == CampaignState.RESTING else ""
                raise BadCoordinatorSettings(
                    f"expected a campaign that was interrupted; {row.campaign_id} is {row.state}{goes_on}"
                )
            row.state, row.detail, row.parts, row.changed_at = CampaignState.OPEN, "", 0, self._clock()
        return self.campaign(sha256)

    def close(self, sha256: str, *, detail: str) -> Campaign:
        """End a campaign for good; the ledger was told. Raises BadCoordinatorSettings for one that is over."""
        with self._row(sha256) as row:
            if row.state in OVER:
                raise BadCoordinatorSettings(f"{row.campaign_id} is over already: {row.state}")
            row.state, row.detail = CampaignState.CLOSED, detail[:DETAIL_LENGTH]
            row.changed_at = row.reported_at = self._clock()
        return self.campaign(sha256)

    def _change(self, sha256: str, **values: object) -> None:
        """Change a campaign that is not closed: what the operator ended, no worker brings back."""
        with self._row(sha256) as row:
            if row.state == CampaignState.CLOSED:
                return
            for name, value in {**values, "changed_at": self._clock()}.items():
                setattr(row, name, value)

    @contextmanager
    def _row(self, sha256: str) -> Iterator[CoordinatorCampaignRow]:
        """One campaign's row in a transaction of its own; raises CampaignFailed if it is gone."""
        with self._transaction() as session:
            row = session.get(CoordinatorCampaignRow, sha256)
            if row is None:
                raise CampaignFailed("the campaign is no longer stored")
            yield row
            session.add(row)


def _campaign(row: CoordinatorCampaignRow) -> Campaign:
    return Campaign(
        signed=parse_signed_manifest(row.signed.encode()),
        state=CampaignState(row.state),
        rounds_done=row.rounds_done,
        parts=row.parts,
        detail=row.detail,
        model_id=row.model_id,
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        reported_at=row.reported_at,
        waits_until=row.waits_until if _is_waiting(row) else None,
    )


def _is_waiting(row: CoordinatorCampaignRow) -> bool:
    """Whether clubs are still waited for: until the last of them has answered the first question, or time is up."""
    return row.state == CampaignState.WAITING or (row.state == CampaignState.RUNNING and row.rounds_done == 0)


def _is_more(held: Node | NodeRow, given: str) -> bool:
    """Whether a node's line adds its key for masks to the one that is enrolled; False for the same one, or less of it.

    Raises AlreadyExists for another key. One for masks is never replaced: whoever could would answer as the club.
    """
    if given in (held.fleet_key, fleet_part(held.fleet_key)):
        return False
    if fleet_part(given) == held.fleet_key:
        return True
    raise AlreadyExists(f"{held.club} is enrolled with another key")
