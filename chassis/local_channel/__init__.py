"""A private line into a running program: one request, one answer, over a socket in the program's own folder."""
