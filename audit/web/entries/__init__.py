"""The auditor's list of entries: filter, search, one entry's page, downloads."""
