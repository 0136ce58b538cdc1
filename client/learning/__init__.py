"""What the node learns of its own athletes: which league models may be used here, and each athlete's private head."""
