"""A season as the coordinator carries it out: one exchange, its model published, and a rest until the next one opens.

Nothing waits in a rest but the date: other campaigns go on, and a restart changes nothing. An exchange that too few
clubs answer is asked again every hour for as long as it is open; nodes that have answered it send the same bytes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chassis.text import moment
from policies.campaign import CampaignManifest
from policies.campaigns.season_windows import season_of, window, window_problem
from server.errors import CampaignFailed, ConsentDown, TooFewClubs
from server.store import Campaign, CampaignState

if TYPE_CHECKING:
    from server.federation.campaign_services import Registry

ASK_AGAIN = timedelta(hours=1)  # ours: a node that is away for a night is found in the morning
AGAIN_S = 60.0  # ours: how long clubs are waited for then, so that other campaigns are not held up


@dataclass(frozen=True, slots=True)
class SeasonPart:
    """What is carried out now: one exchange of a season, or the whole of any other campaign.

    until: the last round that it asks; None for all. goes_on_from: the record that the exchange starts from. is_asked:
    False where the exchange was finished before and only its model is to be published. published: finds that model.
    """

    manifest: CampaignManifest
    until: int | None
    goes_on_from: str | None
    is_asked: bool
    published: Callable[[], str | None]

    @property
    def is_later(self) -> bool:
        """Whether it goes on from an earlier exchange of a season."""
        return self.goes_on_from is not None

    @classmethod
    def of(cls, campaign: Campaign, registry: "Registry") -> "SeasonPart":
        """Return what comes next of a campaign."""
        manifest, done = campaign.manifest, campaign.rounds_done
        if season_of(manifest) is None:
            return cls(manifest, None, None, True, lambda: registry.of_campaign(manifest))
        is_published = done == 0 or registry.of_exchange(manifest, done) is not None
        number = min(done + 1, manifest.rounds) if is_published else done
        before = registry.of_exchange(manifest, number - 1)
        return cls(manifest, number, before, number > done, lambda: registry.of_exchange(manifest, number))

    def is_early(self, now: datetime) -> bool:
        """Whether the season still rests; raises CampaignFailed if the exchange can no longer be asked."""
        problem = window_problem(self.manifest, self.until, now) if self.until and self.is_asked else None
        if self.until and problem and now >= window(self.manifest, self.until)[0]:
            raise CampaignFailed(problem)
        return problem is not None


def next_window(campaign: Campaign) -> tuple[datetime, datetime]:
    """When the next exchange of a season is open; of any other campaign, when it is."""
    return window(campaign.manifest, min(campaign.rounds_done + 1, campaign.manifest.rounds))


def asked_next(campaign: Campaign) -> datetime:
    """When a season that rests is asked next: as its exchange opens, and an hour after one that too few answered."""
    opens = next_window(campaign)[0]
    return opens if campaign.changed_at < opens else campaign.changed_at + ASK_AGAIN


def is_asked_again(campaign: Campaign) -> bool:
    """Whether a season rests in the window of an exchange that too few clubs have answered."""
    return campaign.state is CampaignState.RESTING and campaign.changed_at >= next_window(campaign)[0]


def another_try(campaign: Campaign, error: Exception, now: datetime) -> tuple[CampaignState, str] | None:
    """Return how a season goes on after an exchange that failed while its window is open; None where it does not.

    Too few clubs: it is asked again. The consent service away: it waits for the operator, as after a stop.
    """
    closes = next_window(campaign)[1]
    if season_of(campaign.manifest) is None or now >= closes:
        return None
    if isinstance(error, TooFewClubs):
        return CampaignState.RESTING, f"{error}; the exchange is asked again every hour until {moment(closes)}"
    if isinstance(error, ConsentDown):
        return CampaignState.INTERRUPTED, f"{error}; resume the campaign, or close it"
    return None


def window_over(campaign: Campaign, now: datetime) -> str | None:
    """Return that the next exchange of a season cannot be asked any more; None while it can, and of other campaigns."""
    return window_problem(campaign.manifest, min(campaign.rounds_done + 1, campaign.manifest.rounds), now)


def rest_of(campaign: Campaign) -> str:
    """Say until when a season rests; "" for one that is finished, and for any other campaign that is."""
    if season_of(campaign.manifest) is None or campaign.rounds_done >= campaign.manifest.rounds:
        return ""
    opens, number = next_window(campaign)[0], campaign.rounds_done + 1
    return f"rests until {moment(opens)}, when exchange {number} of {campaign.manifest.rounds} opens"
