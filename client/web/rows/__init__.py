"""What the page of one athlete lists, as rows in words."""
