"""Athletes of two clubs: second memberships with weights, and tokens of one club each.

Every token of before is of its athlete's only club, with the whole athlete; what it set aside stands in the ledger.
Erasures at a node were reported by that club.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_OF_MEMBERS = """
UPDATE token SET
    club = (SELECT member.club FROM member WHERE member.athlete = token.athlete),
    reserved = (
        SELECT COALESCE(SUM(ledger.micro_rho), 0) FROM ledger
        WHERE ledger.athlete = token.athlete AND ledger.campaign = token.campaign AND ledger.movement = 'reserve'
    )
"""
_ERASED = "INSERT INTO node_erasure SELECT b.athlete, m.club, b.at FROM erasure_before b JOIN member m USING (athlete)"


def upgrade() -> None:
    """Add the columns and the table of second clubs, and fill what tokens and erasures did not say."""
    with op.batch_alter_table("member") as table:
        table.add_column(sa.Column("second_club", sa.String(64), nullable=True))
        table.add_column(sa.Column("second_until", sa.DateTime(), nullable=True))
        table.add_column(sa.Column("sixteenths", sa.Integer(), nullable=False, server_default="0"))
        table.create_index("ix_member_second_club", ["second_club"])
    op.create_table(
        "second_club",
        sa.Column("athlete", sa.String(64), sa.ForeignKey("member.athlete"), primary_key=True),
        sa.Column("club", sa.String(64), sa.ForeignKey("org.org_id"), primary_key=True, index=True),
        sa.Column("since", sa.DateTime(), nullable=False),
    )
    with op.batch_alter_table("token") as table:
        table.add_column(sa.Column("club", sa.String(64), nullable=False, server_default=""))
        table.add_column(sa.Column("sixteenths", sa.Integer(), nullable=False, server_default="16"))
        table.add_column(sa.Column("reserved", sa.BigInteger(), nullable=False, server_default="0"))
        table.drop_constraint("uq_token_athlete_campaign", type_="unique")
        table.create_unique_constraint("uq_token_athlete_campaign_club", ["athlete", "campaign", "club"])
    op.execute(_OF_MEMBERS)
    op.rename_table("node_erasure", "erasure_before")
    op.create_table(
        "node_erasure",
        sa.Column("athlete", sa.String(64), sa.ForeignKey("member.athlete"), primary_key=True),
        sa.Column("club", sa.String(64), primary_key=True),
        sa.Column("at", sa.DateTime(), nullable=False),
    )
    op.execute(_ERASED)
    op.drop_table("erasure_before")


def downgrade() -> None:
    """Refuse: a token of a part would count as one of a whole athlete."""
    raise NotImplementedError("expected no way back to one club for each athlete")
