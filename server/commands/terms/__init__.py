"""What `campaign plan` is told beside its usual terms, as it is typed."""
