"""The transparency log: commitments, proofs, checkpoints, verification, and the base layout of all surfaces."""
