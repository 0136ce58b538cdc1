"""The first schema: organisations, athletes, grants and events, releases, receipts, log details, ledger, sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "data_key",
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("owner"),
    )
    op.create_table(
        "log_detail",
        sa.Column("log_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log_index"),
        sa.UniqueConstraint("owner", "number", name="uq_log_detail_owner_number"),
    )
    op.create_table(
        "nonce",
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("seen", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("nonce"),
    )
    op.create_table(
        "org",
        sa.Column("org_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("key", sa.String(44), nullable=True),
        sa.Column("key_id", sa.String(16), nullable=True),
        sa.Column("cover", sa.String(60), nullable=False),
        sa.Column("snapshot_sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("org_id"),
        sa.UniqueConstraint("cover"),
        sa.UniqueConstraint("key_id"),
    )
    op.create_table(
        "campaign",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("league", sa.String(64), nullable=False),
        sa.Column("manifest", sa.String(), nullable=False),
        sa.Column("registered", sa.DateTime(), nullable=False),
        sa.Column("expires", sa.DateTime(), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["league"],
            ["org.org_id"],
        ),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "member",
        sa.Column("athlete", sa.String(64), nullable=False),
        sa.Column("club", sa.String(64), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("shirt_no", sa.Integer(), nullable=False),
        sa.Column("is_minor", sa.Boolean(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("enrolled", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["club"],
            ["org.org_id"],
        ),
        sa.PrimaryKeyConstraint("athlete"),
    )
    op.create_index("ix_member_club", "member", ["club"], unique=False)
    op.create_table(
        "player",
        sa.Column("player_id", sa.Integer(), nullable=False),
        sa.Column("club", sa.String(64), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("shirt_no", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["club"],
            ["org.org_id"],
        ),
        sa.PrimaryKeyConstraint("player_id"),
    )
    op.create_index("ix_player_club", "player", ["club"], unique=False)
    op.create_table(
        "budget",
        sa.Column("athlete", sa.String(64), nullable=False),
        sa.Column("cap", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.Column("reserved", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("spent + reserved <= cap", name="ck_budget_cap"),
        sa.CheckConstraint("spent >= 0 AND reserved >= 0", name="ck_budget_not_negative"),
        sa.ForeignKeyConstraint(
            ["athlete"],
            ["member.athlete"],
        ),
        sa.PrimaryKeyConstraint("athlete"),
    )
    op.create_table(
        "consent_event",
        sa.Column("athlete", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("subject_sha256", sa.String(64), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("actor_kind", sa.String(20), nullable=False),
        sa.Column("method", sa.String(20), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("prev_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
        sa.ForeignKeyConstraint(
            ["athlete"],
            ["member.athlete"],
        ),
        sa.PrimaryKeyConstraint("athlete", "seq"),
    )
    op.create_index("ix_consent_event_subject", "consent_event", ["subject"], unique=False)
    op.create_table(
        "consent_grant",
        sa.Column("grant_id", sa.String(64), nullable=False),
        sa.Column("athlete", sa.String(64), nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("recipient_org", sa.String(64), nullable=False),
        sa.Column("recipient_role", sa.String(40), nullable=False),
        sa.Column("max_granularity", sa.Integer(), nullable=False),
        sa.Column("begins", sa.DateTime(), nullable=False),
        sa.Column("ends", sa.DateTime(), nullable=False),
        sa.Column("notice_version", sa.String(40), nullable=False),
        sa.Column("legal_basis", sa.String(40), nullable=False),
        sa.Column("agreement", sa.String(40), nullable=False),
        sa.Column("current", sa.String(300), nullable=True),
        sa.ForeignKeyConstraint(
            ["athlete"],
            ["member.athlete"],
        ),
        sa.PrimaryKeyConstraint("grant_id"),
        sa.UniqueConstraint("current"),
    )
    op.create_index("ix_consent_grant_athlete", "consent_grant", ["athlete"], unique=False)
    op.create_table(
        "ledger",
        sa.Column("athlete", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("campaign", sa.String(64), nullable=False),
        sa.Column("movement", sa.String(20), nullable=False),
        sa.Column("round_no", sa.Integer(), nullable=False),
        sa.Column("micro_rho", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("prev_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["athlete"],
            ["member.athlete"],
        ),
        sa.PrimaryKeyConstraint("athlete", "seq"),
    )
    op.create_index("ix_ledger_campaign", "ledger", ["campaign"], unique=False)
    op.create_table(
        "receipt",
        sa.Column("receipt_id", sa.String(64), nullable=False),
        sa.Column("athlete", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("release_id", sa.String(64), nullable=True),
        sa.Column("changes", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
        sa.ForeignKeyConstraint(
            ["athlete"],
            ["member.athlete"],
        ),
        sa.PrimaryKeyConstraint("receipt_id"),
    )
    op.create_index("ix_receipt_athlete", "receipt", ["athlete"], unique=False)
    op.create_table(
        "release",
        sa.Column("release_id", sa.String(64), nullable=False),
        sa.Column("athlete", sa.String(64), nullable=False),
        sa.Column("recipient_org", sa.String(64), nullable=False),
        sa.Column("recipient_role", sa.String(40), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("lineage", sa.String(200), nullable=False),
        sa.Column("proposed", sa.DateTime(), nullable=False),
        sa.Column("open_until", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("answered", sa.DateTime(), nullable=True),
        sa.Column("quiet", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["athlete"],
            ["member.athlete"],
        ),
        sa.PrimaryKeyConstraint("release_id"),
    )
    op.create_index("ix_release_athlete", "release", ["athlete"], unique=False)
    op.create_table(
        "session",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("athlete", sa.String(64), nullable=False),
        sa.Column("method", sa.String(20), nullable=False),
        sa.Column("opened", sa.DateTime(), nullable=False),
        sa.Column("last_used", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["athlete"],
            ["member.athlete"],
        ),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "sign_in_code",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("athlete", sa.String(64), nullable=False),
        sa.Column("expires", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["athlete"],
            ["member.athlete"],
        ),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "token",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("athlete", sa.String(64), nullable=False),
        sa.Column("campaign", sa.String(64), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("issued", sa.DateTime(), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["athlete"],
            ["member.athlete"],
        ),
        sa.ForeignKeyConstraint(
            ["campaign"],
            ["campaign.sha256"],
        ),
        sa.PrimaryKeyConstraint("digest"),
        sa.UniqueConstraint("athlete", "campaign", name="uq_token_athlete_campaign"),
    )
    op.create_index("ix_token_athlete", "token", ["athlete"], unique=False)
    op.create_index("ix_token_campaign", "token", ["campaign"], unique=False)
    op.create_table(
        "token_round",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("round_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["digest"],
            ["token.digest"],
        ),
        sa.PrimaryKeyConstraint("digest", "round_no"),
    )


def downgrade() -> None:
    """Refuse: a consent database is never taken back to nothing."""
    raise NotImplementedError("expected no way back before the first schema")
