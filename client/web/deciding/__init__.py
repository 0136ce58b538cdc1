"""What staff do on the pages: decide on a proposal, ask an athlete, and take either back."""
