"""Entries that open field by field: the acting organisation's part and the ten digests of each, and audit keys."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what entries of version 2 keep; earlier entries keep what they have, and open to their athlete only."""
    op.create_table(
        "audit_key",
        sa.Column("org_id", sa.String(64), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("org_id"),
    )
    op.add_column("log_detail", sa.Column("org", sa.String(64), nullable=True))
    op.add_column("log_detail", sa.Column("org_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("log_detail", sa.Column("digests", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Refuse: without their digests, entries could never be opened again."""
    raise NotImplementedError("expected no way back to entries that open as a whole")
