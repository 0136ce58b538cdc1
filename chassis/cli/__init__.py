"""How a program runs and ends, what it prints, and what its exit codes mean."""
