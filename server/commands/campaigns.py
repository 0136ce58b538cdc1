"""`campaign open`, `campaign list`, `campaign show` and `status`."""

from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chassis.cli.console import print_json, print_table, say
from chassis.cli.next_steps import NextStep, say_next
from chassis.cli.one_value import one_value
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from chassis.text import counted
from policies.vocabulary import OrgId
from server.commands.coordinator_folder import CoordinatorFolder, consent_of, store_of
from server.errors import AlreadyExists, BadCoordinatorSettings, UnknownClub

if TYPE_CHECKING:
    from server.federation.opening import Terms
    from server.store import Campaign, CoordinatorStore


campaigns = typer.Typer(no_args_is_help=True, help="Open campaigns and see how far they are.")


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.add_typer(campaigns, name="campaign")
    app.command()(status)


@dataclass(frozen=True, slots=True)
class OpenOptions:
    """What `campaign open` is told."""

    folder: CoordinatorFolder
    model: Annotated[str, typer.Option(help="recovery-linear-1 or risk-logistic-1.")]
    out: Annotated[Path, typer.Option(help="Where to write the signed manifest that clubs approve.")]
    public_athletes: Annotated[
        int,
        typer.Option(
            help="The public number that sums are divided by, as from squad lists; never a count of who takes part."
        ),
    ]
    name: Annotated[str | None, typer.Option(help="The campaign's id; made from model and date otherwise.")] = None
    club: Annotated[list[str] | None, typer.Option(help="A club that takes part; repeatable. All without.")] = None
    rounds: Annotated[int | None, typer.Option(help="Rounds of gradient steps, at most 16; one exchange without.")] = (
        None
    )
    sigma: Annotated[float | None, typer.Option(help="Noise multiplier; otherwise the least that keeps ε.")] = None
    epsilon: Annotated[float | None, typer.Option(help="ε per athlete, all rounds together, at most 2.")] = None
    clip: Annotated[float | None, typer.Option(help="With --rounds: largest norm of one gradient.")] = None
    learning_rate: Annotated[float | None, typer.Option(help="With --rounds: size of a step.")] = None
    momentum: Annotated[float | None, typer.Option(help="With --rounds: share of the last step.")] = None
    days: Annotated[int, typer.Option(min=1, max=365, help="How long the campaign is open.")] = 28
    as_json: AsJson = False

    @property
    def terms(self) -> "Terms":
        """The terms of the campaign; None where the model's own hold."""
        from server.federation.opening import Terms

        return Terms(
            model=self.model,
            rounds=self.rounds,
            sigma=self.sigma,
            epsilon=self.epsilon,
            clip_norm=self.clip,
            learning_rate=self.learning_rate,
            momentum=self.momentum,
            public_athletes=self.public_athletes,
            open_for=timedelta(days=self.days),
        )


@campaigns.command("open")
@one_value
def open_(options: OpenOptions) -> None:
    """Open a campaign: sign its manifest and hand it to the coordinator, which asks the clubs from then on.

    Clubs approve it within the time of `serve --wait`, 15 minutes if left out; with too few the campaign fails.

    The consent service hears of it first and logs it; without that nothing is opened.

    Example: homefield-server campaign open ./league --model recovery-linear-1 --public-athletes 50 --out ./m.json
    """
    from server.federation.opening import open_campaign
    from server.settings import load_settings

    settings = load_settings(options.folder)
    store, opened = store_of(settings), utc_now()
    signed = open_campaign(
        options.terms,
        campaign_id=_free_name(store, options.name, f"{options.model.split('-')[0]}-{opened:%Y%m%d}"),
        league=OrgId(settings.league),
        clubs=_clubs(store, options.club),
        key=settings.league_key(),
        now=opened,
    )
    _write_new(options.out, signed.model_dump_json(indent=2))
    try:
        with closing(consent_of(settings)) as consent:
            consent.register_campaign(signed)
        campaign = store.add_campaign(signed)
    except Exception:
        options.out.unlink()  # a manifest that the coordinator does not know must not reach a club
        raise
    _say_opened(campaign, options)


def _say_opened(campaign: "Campaign", options: OpenOptions) -> None:
    from server.federation.opening import epsilon_of

    manifest, out = campaign.manifest, options.out
    if options.as_json:
        print_json("homefield-campaign-open-1", _as_json(campaign) | {"manifest_file": str(out)})
        return
    how = "one exchange" if manifest.exchange else counted(manifest.rounds, "round")
    say(f"Opened {manifest.campaign_id}: {how}, ε ≤ {epsilon_of(manifest):.2f} per athlete.")
    approve = ["homefield-node", "approve", "CLUB-FOLDER", out.name]
    say_next(
        NextStep(
            "every club’s operator",
            f"get {out} from you, and approve it while the coordinator waits for clubs",
            approve,
        )
    )


def _clubs(store: "CoordinatorStore", chosen: list[str] | None) -> dict[str, str]:
    enrolled = {node.club: node.fleet_key for node in store.nodes()}
    unknown = sorted(set(chosen or ()) - set(enrolled))
    if unknown:
        raise UnknownClub(f"not enrolled: {', '.join(unknown)}; see `homefield-server node list`")
    return {club: key for club, key in enrolled.items() if not chosen or club in chosen}


def _free_name(store: "CoordinatorStore", wanted: str | None, stem: str) -> str:
    used = {campaign.manifest.campaign_id for campaign in store.campaigns()}
    if wanted in used:
        raise AlreadyExists(f"there is a campaign {wanted} already")
    if wanted:
        return wanted
    return next(name for number in range(1, 1000) if (name := f"{stem}-{number}") not in used)


def _write_new(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text + "\n")
    except FileExistsError as error:
        raise BadCoordinatorSettings(f"{path} exists already; a manifest is never overwritten") from error
    except OSError as error:
        raise BadCoordinatorSettings(f"cannot write {path}") from error


@campaigns.command("list")
def list_(folder: CoordinatorFolder, as_json: AsJson = False) -> None:
    """List campaigns, oldest first.

    Example: homefield-server campaign list ./league
    """
    from server.settings import load_settings

    found = store_of(load_settings(folder)).campaigns()
    if as_json:
        print_json("homefield-campaign-list-1", {"campaigns": [_as_json(campaign) for campaign in found]})
        return
    rows = [
        (c.manifest.campaign_id, c.manifest.model, c.state.value, f"{c.rounds_done} of {c.manifest.rounds}", c.detail)
        for c in found
    ]
    print_table(f"{len(found)} campaigns", ("Campaign", "Model", "State", "Rounds", "Note"), rows)


@campaigns.command()
def show(
    folder: CoordinatorFolder,
    campaign: Annotated[str, typer.Argument(help="Campaign id or manifest hash.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Show one campaign with everything its manifest says.

    Example: homefield-server campaign show ./league recovery-20261123-1
    """
    from server.settings import load_settings

    found = store_of(load_settings(folder)).campaign(campaign)
    if as_json:
        print_json("homefield-campaign-show-1", _as_json(found) | {"signed": found.signed.as_json()})
        return
    facts = _as_json(found) | found.manifest.model_dump(mode="json", exclude={"clubs"})
    rows = [(name, str(value)) for name, value in facts.items() if value != ""]
    print_table(found.manifest.campaign_id, ("What", "Value"), rows)


def status(folder: CoordinatorFolder, as_json: AsJson = False) -> None:
    """Show how far the coordinator is: nodes enrolled, campaigns and rounds, and when its certificate ends.

    Example: homefield-server status ./league --json
    """
    from server.federation.fleet_certificate import read_fleet_certificate
    from server.settings import load_settings

    settings = load_settings(folder)
    store, ends = store_of(settings), read_fleet_certificate(settings).ends
    if as_json:
        campaigns = [_as_json(campaign) for campaign in store.campaigns()]
        nodes = [node.club for node in store.nodes()]
        values = {"nodes": nodes, "campaigns": campaigns, "certificate_ends": ends.isoformat()}
        print_json("homefield-server-status-1", values)
        return
    list_(folder)
    say(f"The certificate of the Fleet API ends on {ends:%Y-%m-%d}; `renew-certificate` renews it.")


def _as_json(campaign: "Campaign") -> dict[str, Any]:
    from server.federation.opening import epsilon_of

    manifest = campaign.manifest
    return {
        "campaign_id": manifest.campaign_id,
        "sha256": campaign.sha256,
        "model": manifest.model,
        "state": campaign.state.value,
        "rounds_done": campaign.rounds_done,
        "rounds": manifest.rounds,
        "clubs": sorted(manifest.clubs),
        "epsilon": round(epsilon_of(manifest), 6),
        "delta": manifest.delta,
        "model_id": campaign.model_id,
        "detail": campaign.detail,
    }
