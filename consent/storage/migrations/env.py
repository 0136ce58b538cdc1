"""Alembic's entry: runs the migrations over the connection that `upgrade` hands in."""

from alembic import context

from consent.storage.notice_rows import NoticeRow  # noqa: F401 so that its tables are known
from consent.storage.rows import ConsentTable

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=ConsentTable.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
