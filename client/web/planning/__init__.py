"""The week plan on a page: what is planned and done, a week in a form, and what it would add up to."""
