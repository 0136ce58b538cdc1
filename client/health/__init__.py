"""Injuries and illnesses, the way back from them, and what coaches are told: domain and records of one node."""
