"""The part of a node in campaigns whose sums are masked: stages of a round, and what of them is kept."""
