"""Reading the times that files write, and doubting those that cannot be right."""
