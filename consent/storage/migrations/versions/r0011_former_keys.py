"""Keys that organisations signed with before: until when each still counts, and that none comes back."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; no key of before is known here."""
    op.create_table(
        "former_key",
        sa.Column("key_id", sa.String(16), primary_key=True),
        sa.Column("org_id", sa.String(64), sa.ForeignKey("org.org_id"), nullable=False),
        sa.Column("key", sa.String(44), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
    )
    op.create_index("ix_former_key_org_id", "former_key", ["org_id"])


def downgrade() -> None:
    """Refuse: a key that was retired or revoked could be registered again."""
    raise NotImplementedError("expected no way back to keys that nobody remembers")
