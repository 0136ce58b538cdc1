"""Archives and compressed files: their members are read one by one, and what could harm the node is refused."""
