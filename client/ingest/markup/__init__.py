"""XML read as a stream: no tree is built, no entity is expanded, and what stands before a defect is kept."""
