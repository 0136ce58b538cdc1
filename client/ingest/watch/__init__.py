"""A watched folder: files are taken when whoever writes them has finished."""
