"""The durability index: availability, load tolerance, and what a release may say."""
