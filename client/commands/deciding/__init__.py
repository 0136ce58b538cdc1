"""Commands by which a club decides about campaigns."""
