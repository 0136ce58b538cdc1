"""Who is calling: signed requests, sessions, one-time sign-in codes, demo personas."""
