"""Commands about weeks of training, and the profile by which an athlete is compared."""
