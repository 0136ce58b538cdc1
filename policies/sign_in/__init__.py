"""What lets an athlete from one site to another: tickets, and nothing of their data."""
