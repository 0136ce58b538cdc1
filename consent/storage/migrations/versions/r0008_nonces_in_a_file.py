"""Nonces of signed requests lie in a file of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the table; what it held is too old by the time the new programs run."""
    op.drop_table("nonce")


def downgrade() -> None:
    """Create the table again, empty."""
    op.create_table(
        "nonce",
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("seen", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("nonce"),
    )
