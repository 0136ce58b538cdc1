"""Every figure of an athlete, for one day or a range of days, as the `metrics` command gives them."""
