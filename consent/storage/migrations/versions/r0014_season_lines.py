"""The season line of every campaign: the cap of a season counts all campaigns of a line, those of before included."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_ADDED = sa.Column("line", sa.String(130), nullable=False, server_default="")
_CAMPAIGN = sa.table("campaign", sa.column("sha256"), sa.column("manifest"), sa.column("line"))


def upgrade() -> None:
    """Add the column, and fill it from the stored manifests."""
    with op.batch_alter_table("campaign") as table:
        table.add_column(_ADDED)
        table.create_index("ix_campaign_line", ["line"])
    connection = op.get_bind()
    for sha256, stored in connection.execute(sa.select(_CAMPAIGN.c.sha256, _CAMPAIGN.c.manifest)).all():
        manifest = json.loads(stored)["manifest"]
        line = f"{manifest['league']}/{manifest['model'].partition('-')[0]}"
        connection.execute(sa.update(_CAMPAIGN).where(_CAMPAIGN.c.sha256 == sha256).values(line=line))


def downgrade() -> None:
    """Refuse: a series of campaigns could pass the cap of a season."""
    raise NotImplementedError("expected no way back to caps that hold for each campaign alone")
