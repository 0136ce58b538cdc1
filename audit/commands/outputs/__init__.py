"""What commands print: findings, checkpoints, and the report on an athlete's own entries."""
