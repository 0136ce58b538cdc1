"""Who of the staff asked for an athlete's data at this node, kept for the athlete."""
