"""Consent as a fold over signed events: lifecycle, chain, matrix, notices, receipts."""
