"""How far one campaign is, as this node can know it: what it has answered, and what it holds of what was published."""

from dataclasses import dataclass

from client.campaigns.known_campaigns import CampaignStatus, KnownCampaign
from client.federation.identity import approvals_of
from client.federation.journal import answered_rounds
from client.league_models.received import ReceivedModels
from client.settings import NodeSettings
from policies.campaign import CampaignManifest

NOT_TOLD = "The league may have closed it early; this node has not been told so"
"""What stands beside every campaign that goes on here: nodes are told of it while they are online."""


@dataclass(frozen=True, slots=True)
class CampaignCourse:
    """answered: rounds that this node has answered. published: rounds whose model it has received.

    A campaign publishes after its last round, a season after each of its exchanges.
    """

    rounds: int
    answered: frozenset[int]
    published: frozenset[int]

    @property
    def is_finished(self) -> bool:
        """Whether the last model has come; nothing is asked after that."""
        return self.rounds in self.published

    @property
    def done(self) -> str:
        """ "finished" or "answered" where nothing more is asked of this node, as far as it can know; "" before."""
        if self.is_finished:
            return "finished"
        return "answered" if self.is_answered else ""

    @property
    def words(self) -> str:
        """How far it is, for a terminal; "" where nothing has happened yet."""
        told = []
        if self.answered:
            told.append(f"{len(self.answered)} of {self.rounds} answered")
        if self.is_finished:
            told.append("finished")
        return ", ".join(told)

    @property
    def is_answered(self) -> bool:
        """Whether the node has answered the last round."""
        return self.rounds in self.answered


def course_of(settings: NodeSettings, manifest: CampaignManifest) -> CampaignCourse:
    """Return how far a campaign is; raises NoLeague for a node that is linked to none."""
    chain = ReceivedModels(settings.received, approvals_of(settings), settings.models).chain
    answered = answered_rounds(settings.journal_path, manifest.sha256)
    return CampaignCourse(manifest.rounds, answered, chain.rounds_published(manifest))


def state_of(settings: NodeSettings, one: KnownCampaign) -> str:
    """What a campaign is to this club now, in a word: of an approved one also whether it is answered or finished."""
    is_approved = one.status is CampaignStatus.APPROVED
    return (course_of(settings, one.manifest).done if is_approved else "") or one.status.value
