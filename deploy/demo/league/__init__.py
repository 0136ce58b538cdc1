"""The organisations of the demo: founding, data, witnesses, campaigns, and what the programs then report."""
