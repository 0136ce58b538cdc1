"""Who gets what: the page, a change of it, its preview, and the rules."""
