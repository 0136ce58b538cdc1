"""The transparency log: commitments, proofs, checkpoints, verification, and the page furniture of all surfaces."""
