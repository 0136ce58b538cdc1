"""The privacy ledger: budgets, campaigns, tokens, refunds."""
