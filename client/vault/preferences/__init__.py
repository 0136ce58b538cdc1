"""What athletes and the node set for their figures, sealed."""
