"""Access history and receipts."""
