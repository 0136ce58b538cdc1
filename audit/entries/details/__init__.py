"""The typed details of every form of event: identifiers, enumerations and reason codes, never prose."""
