"""Commands about reports: one for a person of the staff, and when reports are ready."""
