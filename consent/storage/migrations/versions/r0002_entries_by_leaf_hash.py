"""Entries are known by their leaf's hash and get a place later; outcomes of answers; how far the log is followed."""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

AT_ONCE = 1_000  # rows in memory at a time

_OLD = sa.table(
    "log_detail_0001",
    sa.column("log_index", sa.BigInteger),
    sa.column("owner", sa.String),
    sa.column("number", sa.Integer),
    sa.column("sealed", sa.LargeBinary),
)
_NEW = sa.table(
    "log_detail",
    sa.column("leaf_hash", sa.LargeBinary),
    sa.column("log_index", sa.BigInteger),
    sa.column("owner", sa.String),
    sa.column("number", sa.Integer),
    sa.column("sealed", sa.LargeBinary),
)
_RECEIPT = sa.table(
    "receipt",
    sa.column("receipt_id", sa.String),
    sa.column("log_index", sa.BigInteger),
    sa.column("leaf_hash", sa.LargeBinary),
)
_PROGRESS = sa.table(
    "log_progress",
    sa.column("progress_id", sa.Integer),
    sa.column("settled", sa.BigInteger),
    sa.column("policy_hash", sa.String),
)


def upgrade() -> None:
    """Name every stored entry by its leaf's hash, read from the log's own files, and add the two new tables."""
    leaf_hash_of: Callable[[int], bytes] = op.get_context().config.attributes["leaf_hash_of"]  # type: ignore[union-attr]  # always set by `upgrade`
    _name_details(leaf_hash_of)
    _name_receipts(leaf_hash_of)
    op.create_table(
        "answer_outcome",
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("event"),
    )
    op.create_table(
        "log_progress",
        sa.Column("progress_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("settled", sa.BigInteger(), nullable=False),
        sa.Column("policy_hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("progress_id"),
    )
    newest = op.get_bind().execute(sa.select(sa.func.max(_NEW.c.log_index))).scalar()
    settled = 0 if newest is None else newest + 1
    op.bulk_insert(_PROGRESS, [{"progress_id": 1, "settled": settled, "policy_hash": ""}])


def downgrade() -> None:
    """Refuse: entries that have no place yet would be lost."""
    raise NotImplementedError("expected no way back to entries that are known by their place")


def _name_details(leaf_hash_of: Callable[[int], bytes]) -> None:
    connection = op.get_bind()
    op.rename_table("log_detail", _OLD.name)
    if connection.dialect.name == "postgresql":  # names of constraints belong to the schema there, not to the table
        op.drop_constraint("log_detail_pkey", _OLD.name)
        op.drop_constraint("uq_log_detail_owner_number", _OLD.name)
    op.create_table(
        "log_detail",
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=True),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("leaf_hash"),
        sa.UniqueConstraint("log_index", name="uq_log_detail_log_index"),
        sa.UniqueConstraint("owner", "number", name="uq_log_detail_owner_number"),
    )
    below = sa.select(_OLD).order_by(_OLD.c.log_index.desc()).limit(AT_ONCE)
    rows = connection.execute(below).mappings().all()
    while rows:
        op.bulk_insert(_NEW, [{**row, "leaf_hash": leaf_hash_of(row["log_index"])} for row in rows])
        rows = connection.execute(below.where(_OLD.c.log_index < rows[-1]["log_index"])).mappings().all()
    op.drop_table(_OLD.name)


def _name_receipts(leaf_hash_of: Callable[[int], bytes]) -> None:
    op.add_column("receipt", sa.Column("leaf_hash", sa.LargeBinary(), nullable=True))
    connection = op.get_bind()
    for receipt_id, index in connection.execute(sa.select(_RECEIPT.c.receipt_id, _RECEIPT.c.log_index)).all():
        named = sa.update(_RECEIPT).where(_RECEIPT.c.receipt_id == receipt_id)
        connection.execute(named.values(leaf_hash=leaf_hash_of(index)))
    with op.batch_alter_table("receipt") as receipt:
        receipt.alter_column("leaf_hash", existing_type=sa.LargeBinary(), nullable=False)
        receipt.drop_column("log_index")
