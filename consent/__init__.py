"""The consent service: grants, receipts, releases, the privacy ledger, the decision point and the athlete portal."""
