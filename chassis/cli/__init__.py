"""How a program runs, ends and shows progress."""
