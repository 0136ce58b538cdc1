"""Running Homefield: the demo league on loopback, compose files and service units."""
