"""What a page raises when it is not shown: each program answers each with one and the same page."""


class SignInNeeded(Exception):
    """Nobody is signed in here."""


class PageLocked(Exception):
    """Somebody is signed in here, and their PIN is needed before anything is shown again."""


class Closed(Exception):
    """This page is not shown; unknown, not allowed and not possible look the same."""


class NotForThisRole(Exception):
    """Somebody is signed in, and this page is for people of another role."""


class Refused(Exception):
    """A form that did not come from our own page in this session."""
