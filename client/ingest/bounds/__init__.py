"""How much one file may ask of whoever reads it: asked before or while it is read, whichever way it came."""
