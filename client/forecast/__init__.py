"""What is said of an athlete's tomorrow at the node's own terminal."""
