"""Technique within one session: angles of a runner's body in one plane, and whether they changed from early to late."""
