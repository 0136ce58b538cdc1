"""Commands by which a club decides about campaigns, and what it sees of the models that come of them."""
