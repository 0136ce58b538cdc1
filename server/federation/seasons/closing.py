"""What is left of a campaign that its league closes, before and after it is: what it has published stays."""

from chassis.text import counted, listed
from policies.campaigns.season_windows import season_of
from server.registry_store import RegistryFolder
from server.store import Campaign


def published_exchanges(campaign: Campaign, registry: RegistryFolder) -> int:
    """How many exchanges of a season have published a model; 0 for any other campaign."""
    manifest = campaign.manifest
    if season_of(manifest) is None:
        return 0
    return sum(registry.of_exchange(manifest, number) is not None for number in range(1, manifest.rounds + 1))


def stays_in_words(campaign: Campaign, registry: RegistryFolder) -> str:
    """Say what stays and what comes no more, as one sentence."""
    published, rounds = published_exchanges(campaign, registry), campaign.manifest.rounds
    if not published:
        what = "no model" if campaign.manifest.evidence is None else "no evidence"
        return f"{what} comes of it"
    left = _numbered(range(published + 1, rounds + 1))
    is_asked = campaign.rounds_done == published
    lost = f"{left} {'is' if rounds - published == 1 else 'are'} not asked" if is_asked else f"no model comes of {left}"
    return f"what {_numbered(range(1, published + 1))} published stays; {lost}"


def closed_after(campaign: Campaign) -> str:
    """The note of a campaign that was closed."""
    return f"closed by the league after {counted(campaign.rounds_done, 'round')}"


def _numbered(numbers: range) -> str:
    return f"exchange{'' if len(numbers) == 1 else 's'} {listed([str(number) for number in numbers])}"
