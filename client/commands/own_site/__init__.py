"""Commands about an athlete's own site: a code for it, and their data as a file."""
