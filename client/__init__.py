"""The node: run by a club or one athlete; the only place where raw biometrics exist."""
