"""When the ledger was told that a campaign is over, so that a restart between the two tells it again."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.utc_time import UtcTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what ended before was told as it ended, or is closed by the ledger when it expires."""
    op.add_column("campaign", sa.Column("reported_at", UtcTime(), nullable=True))
    op.execute("UPDATE campaign SET reported_at = changed_at WHERE state IN ('done', 'failed')")


def downgrade() -> None:
    """Refuse: a program without the column would tell every campaign again."""
    raise NotImplementedError("restore a backup instead")
