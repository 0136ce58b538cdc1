"""`health list`, `add`, `stage` and `state`: episodes, stages and what coaches are told, at the node's own terminal."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chassis.cli.console import print_json, print_table, say
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from client.commands.node_folder import NodeAthlete, NodeFolder, find_athlete, named
from client.commands.reporting import report
from client.errors import BadHealthRecord
from client.health.availability import ActivityLimit, Availability
from client.health.problem_words import Onset, ProblemType, Setting
from policies.vocabulary import PersonId, Role

if TYPE_CHECKING:
    from audit.entries.details.codes import RecordChange
    from client.health.health_records import HealthRecords
    from client.settings import NodeSettings
    from client.vault.store import Athlete, Vault

health = typer.Typer(no_args_is_help=True, help="Injuries and illnesses, stages of the way back, and availability.")

By = Annotated[str, typer.Option("--by", help="Who of the medical team says so, as `staff list` names them.")]
AnyDay = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A day, for instance 2026-12-04.")]
Sort = Annotated[ProblemType, typer.Option("--type", help="The tissue or organ; “other” is one.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.add_typer(health, name="health")


@health.command("list")
def list_(
    folder: NodeFolder,
    athlete: Annotated[str | None, typer.Argument(help="Athlete id, name or shirt number; all if left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """List episodes with their stage, and what coaches are told today. Athletes find this look.

    Example: homefield-node health list ./club-a 7
    """
    from audit.entries.details.clubs import OperatorLooked
    from audit.entries.details.codes import OperatorView
    from client.settings import load_settings
    from client.vault.access import open_vault

    settings = load_settings(folder)
    with open_vault(settings) as vault:
        people = vault.athletes() if athlete is None else [find_athlete(vault, athlete)]
        who = None if athlete is None else people[0].athlete
        report(settings, OperatorLooked(athlete=who, what=OperatorView.HEALTH_RECORDS))
        with health_records(settings.journal_path, vault) as records:
            rows = [_row(vault, records, one, _today(settings)) for one in people]
    if as_json:
        print_json("homefield-health-list-1", {"athletes": rows})
        return
    lines = [
        (str(row["name"]), str(row["told"] or "nothing stated"), _words(episode))
        for row in rows
        for episode in row["episodes"] or [None]
    ]
    print_table("Health", ("Athlete", "Coaches are told", "Episode"), lines)


@health.command()
def add(
    folder: NodeFolder,
    athlete: NodeAthlete,
    place: Annotated[str, typer.Option(help="Body area with its side, such as “thigh, right”; unspecified.")],
    kind: Sort,
    by: By,
    illness: Annotated[bool, typer.Option("--illness", help="It is an illness, and no injury.")] = False,
    contact: Annotated[Onset, typer.Option(help="Whether another person or thing struck the athlete.")] = Onset.UNKNOWN,
    during: Annotated[Setting, typer.Option(help="During what it began.")] = Setting.UNKNOWN,
    onset: AnyDay = None,
    ended: AnyDay = None,
) -> None:
    """Enter an injury or illness. It is corrected and closed on the page Health, with the former value kept.

    Example: homefield-node health add ./club-a 7 --place "thigh, right" --type muscle --onset 2026-11-03
    --by "Mika Stone"
    """
    from audit.entries.details.codes import RecordChange
    from client.biometrics.health_episodes import ProblemKind
    from client.health.episodes import EpisodeSaid, check_days, enter
    from client.settings import load_settings
    from client.vault.access import open_vault

    settings = load_settings(folder)
    today = _today(settings)
    what = ProblemKind.ILLNESS if illness else ProblemKind.INJURY
    began, back = onset.date() if onset else today, ended.date() if ended else None
    said = EpisodeSaid(what, began, place, kind, contact, during, back)
    check_days(said, today)
    person = _medical(settings, by)
    with open_vault(settings) as vault:
        one = find_athlete(vault, athlete)
        _report(settings, one, person, Role.MEDICAL, RecordChange.EPISODE_ENTERED)
        enter(vault, one.athlete, said, zone=settings.timezone, today=today)
    say(f"Entered for {named(one)}. Coaches are told nothing by it; see `homefield-node health state`.")


@health.command()
def stage(
    folder: NodeFolder,
    athlete: NodeAthlete,
    number: Annotated[int, typer.Argument(min=0, max=5, help="0 rest to 5 compete.", show_default=False)],
    by: By,
    met: Annotated[list[str] | None, typer.Option(help="Id of a criterion that is met; repeatable.")] = None,
    note: Annotated[str, typer.Option(help="Needed where a criterion of a step on is not met.")] = "",
) -> None:
    """Sign a stage of the newest open episode. It moves no limit: coaches are told by `health state`.

    Example: homefield-node health stage ./club-a 7 2 --met pain_daily --note "range like the other side"
    --by "Mika Stone"
    """
    from audit.entries.details.codes import RecordChange
    from client.health.episodes import episodes, open_episode
    from client.health.stage_criteria import stage_criteria
    from client.health.stages import RtpStage, Stages, StageSigned
    from client.settings import load_settings
    from client.vault.access import open_vault

    settings, asked, step = load_settings(folder), stage_criteria(), RtpStage(number)
    ids = tuple(asked.known(step, met or ()))
    person = _medical(settings, by)
    with open_vault(settings) as vault, health_records(settings.journal_path, vault) as records:
        one, stages = find_athlete(vault, athlete), Stages(records)
        episode = open_episode(episodes(vault, one.athlete))
        if episode is None:
            raise BadHealthRecord("this athlete has no open episode; see `homefield-node health list`")
        made = StageSigned(one.athlete, episode.record, step, ids, asked.version, note, person, Role.MEDICAL, utc_now())
        asked.check(stages.current(one.athlete, episode.record), made)
        _report(settings, one, person, Role.MEDICAL, RecordChange.STAGE_SIGNED)
        stages.sign(made)
    say(f"{named(one)}: stage {step:d}, {asked.of(step).name.lower()}, signed by {by}.")


@health.command()
def state(
    folder: NodeFolder,
    athlete: NodeAthlete,
    availability: Annotated[Availability, typer.Argument(help="none, reduced or full.", show_default=False)],
    by: Annotated[str, typer.Option(help="Who of the medical team says so; left out with --by-athlete.")] = "",
    by_athlete: Annotated[bool, typer.Option("--by-athlete", help="It is the athlete's own word.")] = False,
    leave_out: Annotated[list[ActivityLimit] | None, typer.Option(help="What to leave out; repeatable.")] = None,
    cap: Annotated[float | None, typer.Option(help="The largest load of a day, in AU.")] = None,
    until: AnyDay = None,
) -> None:
    """Tell coaches what is possible, from today. They read these words and no cause; the athlete finds it.

    Example: homefield-node health state ./club-a 7 reduced --leave-out no_sprinting --cap 300 --until 2026-12-04
    --by "Mika Stone"
    """
    from audit.entries.details.codes import RecordChange
    from client.health.statements import AvailabilityStatement, AvailabilityStatements, coach_words
    from client.settings import load_settings
    from client.vault.access import open_vault

    if bool(by) == by_athlete:
        raise BadHealthRecord("expected either --by with a person of the medical team, or --by-athlete")
    settings = load_settings(folder)
    with open_vault(settings) as vault:
        one = find_athlete(vault, athlete)
        made = AvailabilityStatement(
            athlete=one.athlete,
            day=_today(settings),
            availability=availability,
            limits=tuple(limit for limit in ActivityLimit if limit in (leave_out or ())),
            cap_au=cap,
            until=until.date() if until else None,
            person=PersonId(one.athlete) if by_athlete else _medical(settings, by),
            role=Role.ATHLETE if by_athlete else Role.MEDICAL,
            at=utc_now(),
        )
        _report(settings, one, made.person, made.role, RecordChange.AVAILABILITY_STATED)
        with health_records(settings.journal_path, vault) as records:
            AvailabilityStatements(records).add(made)
    say(f"Coaches read of {named(one)}: {coach_words(made)}.")


@contextmanager
def health_records(path: Path, vault: "Vault") -> "Iterator[HealthRecords]":
    """Open the node's health records beside its open vault."""
    from client.health.health_records import HealthRecords

    with closing(HealthRecords(path, lambda athlete: vault.seal_of(athlete)[2])) as records:
        yield records


def _today(settings: "NodeSettings") -> date:
    return utc_now().astimezone(settings.timezone).date()


def _medical(settings: "NodeSettings", name: str) -> PersonId:
    """Return the person of this name; raises UnknownPerson, or BadHealthRecord unless they are of the medical team."""
    from client.staff.database import StaffFile
    from client.staff.people import StaffPeople

    with closing(StaffFile(settings.directory)) as file:
        found = StaffPeople(file).named(name)
    if found.role is not Role.MEDICAL:
        raise BadHealthRecord("only the medical team writes in a health record; this person is of another role")
    return found.person


def _report(settings: "NodeSettings", one: "Athlete", person: PersonId, role: Role, change: "RecordChange") -> None:
    from audit.entries.details.clubs import RecordWritten

    report(settings, RecordWritten(person=person, role=role, athlete=one.athlete, change=change))


def _row(vault: "Vault", records: "HealthRecords", one: "Athlete", today: date) -> dict[str, Any]:
    from client.health.episodes import episodes
    from client.health.stages import Stages
    from client.health.statements import AvailabilityStatements

    standing, stages = AvailabilityStatements(records).standing(one.athlete, today), Stages(records)
    found = [
        {
            "kind": each.kind.value,
            "place": each.place,
            "type": None if each.type is None else each.type.value,
            "onset": each.began.isoformat(),
            "ended": None if each.ended is None else each.ended.isoformat(),
            "days": each.days(today),
            "stage": None if (now := stages.current(one.athlete, each.record)) is None else int(now.stage),
            "imported": each.is_imported,
        }
        for each in episodes(vault, one.athlete)
    ]
    return {
        "athlete": one.athlete,
        "name": one.name,
        "available": None if standing is None else standing.availability.value,
        "told": None if standing is None else standing.words,
        "cap_au": None if standing is None else standing.cap_au,
        "episodes": found,
    }


def _words(episode: dict[str, Any] | None) -> str:
    if episode is None:
        return "none"
    stage = "" if episode["stage"] is None else f", stage {episode['stage']}"
    until = "open" if episode["ended"] is None else f"back {episode['ended']}"
    return f"{episode['onset']}, {episode['place'] or 'no area'}, {episode['type'] or 'no type'}, {until}{stage}"
