"""The schema of the first release, which made its tables without a revision."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.utc_time import UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "node",
        sa.Column("club", sa.String(64), nullable=False),
        sa.Column("fleet_key", sa.String(300), nullable=False),
        sa.Column("enrolled_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("club"),
        sa.UniqueConstraint("fleet_key"),
    )
    op.create_table(
        "campaign",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("campaign_id", sa.String(64), nullable=False),
        sa.Column("signed", sa.String(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("rounds_done", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("model_id", sa.String(), nullable=False),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
        sa.UniqueConstraint("campaign_id"),
    )
    op.create_table(
        "staff_code",
        sa.Column("code_sha256", sa.String(64), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("club", sa.String(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("code_sha256"),
    )


def downgrade() -> None:
    """There is nothing before the first schema."""
    raise NotImplementedError("restore a backup instead")
