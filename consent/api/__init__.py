"""The HTTP interface for nodes, coordinator and auditors."""
