"""Signing in, the same for every surface: one-time codes, sessions, PINs, cookies, forgery protection, attempts."""
