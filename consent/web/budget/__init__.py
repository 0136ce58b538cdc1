"""The privacy budget and its cap."""
