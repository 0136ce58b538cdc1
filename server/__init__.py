"""The coordinator: campaigns, sums, global models and the front-office pages; it never sees an individual."""
