"""Release requests and the answers to them."""
