"""Names of clubs for pages: as the consent service last said, else read from the club's id. Never anything else."""


class ClubNames:
    """What each club calls itself. A name is public; it is learnt with a squad page and forgotten on a restart."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def learn(self, club: str, name: str) -> None:
        """Keep the name that the consent service gave with a squad page."""
        self._known[club] = name

    def of(self, club: str) -> str:
        """Return the name; for a club not yet heard of, its id as words: "club-a" is "Club A"."""
        return self._known.get(club) or club.replace("-", " ").title()
