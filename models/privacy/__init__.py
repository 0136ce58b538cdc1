"""One athlete's clipped gradient, exact noise, and the integers that leave a node."""
