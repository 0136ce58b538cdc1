"""What the node holds of an athlete, as they see it: streams, single readings, corrections, and all of it as a file."""
