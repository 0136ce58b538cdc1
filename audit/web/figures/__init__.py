"""Counts over the whole log in which no small cell shows: summaries and the access chart."""
