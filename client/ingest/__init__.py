"""One file format per module: bytes in, observations and a quality report out."""
