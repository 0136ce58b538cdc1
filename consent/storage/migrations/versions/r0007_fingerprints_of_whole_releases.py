"""Releases whose fingerprint covers everything that is approved, beside those that it covers the bytes of alone."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep the fingerprints that were approved, marked as what they cover; what waits is answered over the new one."""
    op.add_column("release", sa.Column("bytes_sha256", sa.String(64), nullable=False, server_default=""))
    op.add_column("release", sa.Column("covers", sa.String(10), nullable=False, server_default="bytes"))
    op.add_column("release", sa.Column("own_view_mac", sa.String(64), nullable=True))
    op.execute("UPDATE release SET bytes_sha256 = sha256")


def downgrade() -> None:
    """Refuse: approvals of whole releases would count for bytes alone."""
    raise NotImplementedError("expected no way back to fingerprints of bytes alone")
