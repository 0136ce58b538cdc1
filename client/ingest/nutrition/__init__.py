"""Diaries of meals and fluid: what was eaten and drunk on a day, as counts."""
