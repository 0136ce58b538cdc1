"""The rows of the coaching journal: its file, check-ins, what was taken back, and whose light was shown last."""
