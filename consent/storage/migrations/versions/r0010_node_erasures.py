"""Which athletes' data their clubs have erased: what a node asks before it serves from a backup."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; erasures that were reported before are in the log alone."""
    op.create_table(
        "node_erasure",
        sa.Column("athlete", sa.String(64), sa.ForeignKey("member.athlete"), primary_key=True),
        sa.Column("at", sa.DateTime(), nullable=False),
    )


def downgrade() -> None:
    """Refuse: a node put back from a backup would hold erased athletes again."""
    raise NotImplementedError("expected no way back to erasures that nobody remembers")
