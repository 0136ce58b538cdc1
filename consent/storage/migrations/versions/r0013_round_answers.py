"""The one answer of a club to each round, by its hash: no second one for a round that is paid.

Rounds that were paid before hashes were noted count as answered with an unknown one: a node whose journal holds the
answer sends it again without asking, and a node that has lost it gets no second one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_PAID_BEFORE = """
INSERT INTO round_answer (campaign, club, round_no, sha256, at)
SELECT token.campaign, member.club, token_round.round_no, NULL, MAX(token_round.at)
FROM token_round
JOIN token ON token.digest = token_round.digest
JOIN member ON member.athlete = token.athlete
GROUP BY token.campaign, member.club, token_round.round_no
"""


def upgrade() -> None:
    """Add the table, with a line for every round that a club has paid for."""
    op.create_table(
        "round_answer",
        sa.Column("campaign", sa.String(64), sa.ForeignKey("campaign.sha256"), primary_key=True),
        sa.Column("club", sa.String(64), sa.ForeignKey("org.org_id"), primary_key=True),
        sa.Column("round_no", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
    )
    op.execute(_PAID_BEFORE)


def downgrade() -> None:
    """Refuse: a round that is paid could be answered twice."""
    raise NotImplementedError("expected no way back to rounds that can be answered twice")
