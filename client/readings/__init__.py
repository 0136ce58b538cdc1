"""Every stored reading of an athlete with its origin and state, as the `readings` command gives them."""
