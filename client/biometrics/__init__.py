"""Types for raw biometrics: they exist here and nowhere else."""
