"""Rows, transactions, the journal towards the log, sealing and migrations; it knows no subject."""
