"""Files that survive a crash, secret files, and lock files."""
