"""The pages of brought files: bringing them, looking at each, saying who its rows belong to and how it is read."""
