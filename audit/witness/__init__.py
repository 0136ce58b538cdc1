"""Being a witness: its folder, its rules, its evidence, and its HTTP interface."""
