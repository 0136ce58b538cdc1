"""What the coordinator tells nodes beside its questions and what it has published."""
