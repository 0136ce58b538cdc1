"""Rounds whose sums are masked: their stages, carried over Flower messages, and what of them is kept on disk."""
