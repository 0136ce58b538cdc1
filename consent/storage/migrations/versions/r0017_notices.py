"""Notices as they were served, and who keeps what was given before as it was.

Every grant of before stands under the first notice, whose version it names already; a start writes the texts.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both tables."""
    op.create_table(
        "notice",
        sa.Column("version", sa.String(40), primary_key=True),
        sa.Column("subject", sa.String(40), primary_key=True),
        sa.Column("language", sa.String(20), primary_key=True),
        sa.Column("begins", sa.String(10), nullable=False),
        sa.Column("changes", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
    )
    op.create_table(
        "notice_answer",
        sa.Column("athlete", sa.String(64), sa.ForeignKey("member.athlete"), primary_key=True),
        sa.Column("version", sa.String(40), primary_key=True),
        sa.Column("subject", sa.String(40), primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
    )


def downgrade() -> None:
    """Refuse: who keeps a yes as it was would be asked again, and texts that receipts cite would be gone."""
    raise NotImplementedError("expected no way back to notices that nobody can read again")
