"""The keys of who signs: the node replaces its own, and follows its league to another."""
