"""Which club has joined which league, and campaigns that are closed for a club because it left."""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ORG = sa.table("org", sa.column("org_id", sa.String), sa.column("kind", sa.String))
_MEMBER = sa.table("member", sa.column("athlete", sa.String), sa.column("club", sa.String))
_GRANT = sa.table(
    "consent_grant",
    sa.column("athlete", sa.String),
    sa.column("recipient_org", sa.String),
    sa.column("ends", sa.DateTime),
    sa.column("current", sa.String),
)
_CAMPAIGN = sa.table("campaign", sa.column("league", sa.String), sa.column("manifest", sa.Text))
_MEMBERSHIP = sa.table(
    "league_membership",
    sa.column("club", sa.String),
    sa.column("league", sa.String),
    sa.column("joined", sa.DateTime),
)


def upgrade() -> None:
    """Add both tables; who works together today has joined: by an active grant, or by a registered campaign."""
    op.create_table(
        "league_membership",
        sa.Column("club", sa.String(64), sa.ForeignKey("org.org_id"), nullable=False),
        sa.Column("league", sa.String(64), sa.ForeignKey("org.org_id"), nullable=False),
        sa.Column("joined", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("club", "league"),
    )
    op.create_table(
        "campaign_left",
        sa.Column("campaign", sa.String(64), sa.ForeignKey("campaign.sha256"), nullable=False),
        sa.Column("club", sa.String(64), sa.ForeignKey("org.org_id"), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "club"),
    )
    now = datetime.now(UTC).replace(tzinfo=None)
    kinds = {row.org_id: row.kind for row in op.get_bind().execute(sa.select(_ORG)).all()}
    pairs = {
        (club, league)
        for club, league in _with_grants(now) | _with_campaigns()
        if (kinds.get(club), kinds.get(league)) == ("club", "league")
    }
    op.bulk_insert(_MEMBERSHIP, [{"club": club, "league": league, "joined": now} for club, league in sorted(pairs)])


def downgrade() -> None:
    """Refuse: every league could read every club again."""
    raise NotImplementedError("expected no way back to leagues that read every club")


def _with_grants(now: datetime) -> set[tuple[str, str]]:
    """Club and recipient of every grant that is in force and not over."""
    query = (
        sa.select(_MEMBER.c.club, _GRANT.c.recipient_org)
        .join(_GRANT, _GRANT.c.athlete == _MEMBER.c.athlete)
        .where(_GRANT.c.current.is_not(None), _GRANT.c.ends > now)
        .distinct()
    )
    return {(club, recipient) for club, recipient in op.get_bind().execute(query).all()}


def _with_campaigns() -> set[tuple[str, str]]:
    """Every club that a registered campaign names, with the league of the campaign."""
    rows = op.get_bind().execute(sa.select(_CAMPAIGN.c.league, _CAMPAIGN.c.manifest)).all()
    return {(club, league) for league, manifest in rows for club in json.loads(manifest)["manifest"]["clubs"]}
