"""Staff at work: a coach reads the morning board and decides; a front office opens the squad page."""

import re
from dataclasses import dataclass
from datetime import date

from deploy.demo.league.founding import node
from deploy.demo.people.browser import BrowserSession
from deploy.demo.plan import Club, DemoPlan

HARD_SESSION = ("--rpe", "7", "--minutes", "75", "--title", "High-intensity intervals")
TO_DECIDE = re.compile(r'<a class="btn" href="(/athletes/[^"]+)">Decide')
LISTED = re.compile(r'<div class="top">')
NOT_AVAILABLE = "<td>Not available</td>"
BAND = re.compile(r"<td><strong>\d+[-–]\d+</strong>")


@dataclass(frozen=True, slots=True)
class BoardReading:
    """What one coach saw: athletes listed, proposals waiting, proposals accepted."""

    listed: int
    proposals: int
    accepted: int


@dataclass(frozen=True, slots=True)
class Squad:
    """What one front office saw: players with a band, players "not available"."""

    bands: int
    not_available: int


def read_board(club: Club, today: date) -> BoardReading:
    """Plan a hard session for the squad, open the board as the coach and accept the first proposal, if there is one."""
    node("plan", "set", str(club.folder), "--date", today.isoformat(), *HARD_SESSION)
    with BrowserSession(club.url, {"persona": "coach"}) as browser:
        board = browser.page("/board")
        waiting = TO_DECIDE.findall(board)
        for path in waiting[:1]:
            browser.send(path, f"{path}/decide", {"answer": "accept"})
        return BoardReading(len(LISTED.findall(board)), len(waiting), min(len(waiting), 1))


def office_look(plan: DemoPlan, club: Club) -> Squad:
    """Open the squad page as the club's front office."""
    with BrowserSession(plan.office_url, {"persona": f"office:{club.org}"}) as browser:
        page = browser.page("/squad")
        return Squad(len(BAND.findall(page)), page.count(NOT_AVAILABLE))
