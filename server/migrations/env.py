"""Alembic's entry: runs the migrations over the connection that `chassis.storage.migrate` hands in."""

from alembic import context

from server.rows import CoordinatorTable

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=CoordinatorTable.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
