"""Until when a campaign waits for its clubs, so that whoever has to approve it can read that."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.utc_time import UtcTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; a campaign that waits while the program is replaced is interrupted, and gets a new time."""
    op.add_column("campaign", sa.Column("waits_until", UtcTime(), nullable=True))


def downgrade() -> None:
    """Refuse, as every step does."""
    raise NotImplementedError("restore a backup instead")
