"""The club dashboard."""
