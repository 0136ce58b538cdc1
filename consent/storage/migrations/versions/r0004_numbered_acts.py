"""Acts with running numbers, to be compared with what the log has acknowledged; accounts that are frozen."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the number of the newest act, whose counting begins with the first one after this, and why one is frozen."""
    op.add_column("log_progress", sa.Column("act", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("org", sa.Column("unattributed", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("member", sa.Column("frozen", sa.String(40), nullable=False, server_default=""))


def downgrade() -> None:
    """Refuse: without the number, an older database could be put beside a newer log unseen."""
    raise NotImplementedError("expected no way back to acts without numbers")
