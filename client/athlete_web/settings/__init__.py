"""What an athlete decides about how the node handles their own light and load."""
