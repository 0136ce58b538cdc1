"""Answers to questionnaires: sent once, kept with every earlier one, and told to the vault as readings."""
