"""Sessions of the league's staff in the database, so that a command ends them while the coordinator runs."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.utc_time import UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create their table; whoever was signed in before signs in again."""
    op.create_table(
        "staff_session",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("staff", sa.String(400), nullable=False),
        sa.Column("facts", sa.String(20), nullable=False),
        sa.Column("began", UtcTime(), nullable=False),
        sa.Column("seen", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )


def downgrade() -> None:
    """Refuse: a program without the table would keep its sessions where nothing ends them."""
    raise NotImplementedError("restore a backup instead")
