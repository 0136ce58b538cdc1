"""What is said where a brought file is asked for that this sign-in does not hold: it is forgotten, or another's."""

from typing import Final

from chassis.web.page_errors import Closed

GONE: Final = "This file is no longer here: what was brought ends with the sign-in that brought it. Bring it again."


class NoLongerHere(Closed):
    """No such file was brought in this session; one of another session and none at all look the same."""
