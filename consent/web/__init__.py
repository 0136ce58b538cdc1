"""The athlete portal."""
