"""The audit report for a period: its figures, its form and its page for paper."""
