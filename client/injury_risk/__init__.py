"""Injury risk at a club: the club head of the risk model, one athlete's chance this week, and who reads it."""
