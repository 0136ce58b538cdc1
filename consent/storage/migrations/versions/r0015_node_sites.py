"""The address under which a club's node shows athletes their own site."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; no node has said an address yet."""
    op.create_table(
        "node_site",
        sa.Column("club", sa.String(64), sa.ForeignKey("org.org_id"), primary_key=True),
        sa.Column("address", sa.String(300), nullable=False),
    )


def downgrade() -> None:
    """Remove it: nodes say their address again when they start."""
    op.drop_table("node_site")
