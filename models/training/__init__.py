"""Public initial weights, the server step, training recipes and the simulation."""
