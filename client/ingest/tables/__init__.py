"""What readers of tables share: numbers of a mapped table, days of rest, rows that are no athlete's."""
