"""Models that the league published: the chain that this node follows, and what it keeps out of it."""
