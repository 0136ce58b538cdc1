"""What a server does with one connection: limits, one framing of each request, and how many answers it gave."""
