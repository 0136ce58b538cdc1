"""Who is calling: signed requests, sessions, desk codes, demo personas."""
