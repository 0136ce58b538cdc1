"""Entries themselves while they wait for publication: a log whose private state is lost is given them again."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; entries of before that wait have none, and are published soon."""
    op.add_column("log_detail", sa.Column("leaf", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Refuse: entries that wait could be lost with the log's private state."""
    raise NotImplementedError("expected no way back to entries that stand in one place only")
