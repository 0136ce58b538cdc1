"""Commands about athletes: list them, give one a sign-in code, freeze one's account, erase one's record."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chassis.cli.backup_options import erased_in_backups
from chassis.cli.console import is_agreed, print_json, print_table, print_values, say, warn
from chassis.cli.next_steps import YOU, NextStep, say_next
from chassis.cli.options import AsJson, Yes
from chassis.clock import utc_now
from chassis.text import plural
from consent.commands.carry_out import carry_out
from consent.commands.service_folder import ServiceFolder, beside
from consent.registry.values import second_club_told
from policies.campaigns.memberships import WHOLE
from policies.vocabulary import AthleteId, OrgId, is_athlete_id

if TYPE_CHECKING:
    from sqlmodel import Session

    from consent.registry.values import Member

app = typer.Typer(help="Athletes, as their clubs enrolled them.", no_args_is_help=True)

AthleteArgument = Annotated[str, typer.Argument(help="The athlete's id, as `athlete list` shows it.")]


_OF_SESSION = ("athlete", "method", "since", "seen")


def register(program: typer.Typer) -> None:
    """Add `athlete` with its commands, `sign-in-code`, `end-sessions`, `freeze` and `unfreeze` to the program."""
    program.add_typer(app, name="athlete")
    for command in (sign_in_code, end_sessions, freeze, unfreeze):
        program.command()(command)


@app.command("list")
def athlete_list(
    directory: ServiceFolder,
    club: Annotated[str, typer.Option(help="Only this club's.")] = "",
    as_json: AsJson = False,
) -> None:
    """List enrolled athletes.

    Example: homefield-consent athlete list union --club club-a --json
    """
    with beside(directory) as store:
        members = store.members(store.org(OrgId(club)).org_id if club else None)
    if as_json:
        rows = [
            {"athlete": m.athlete, "club": m.club, "shirt_no": m.shirt_no, "name": m.name, "is_minor": m.is_minor}
            | {"second_club": second_club_told(m)}
            for m in members
        ]
        print_json("homefield-consent-athlete-list-1", {"athletes": rows})
        return
    lines = [(str(m.shirt_no), m.name, _clubs(m), m.athlete, "under 18" if m.is_minor else "") for m in members]
    print_table(plural(len(lines), "athlete", "athletes"), ("No", "Name", "Club", "Id", ""), lines)


def _clubs(member: "Member") -> str:
    """The own club, and the second one with the weight there."""
    second = member.second
    return member.club if second is None else f"{member.club} and {second.club} ({second.sixteenths}/{WHOLE})"


@app.command("sessions")
def athlete_sessions(
    directory: ServiceFolder,
    athlete: Annotated[str, typer.Option(help="Only this athlete's id.")] = "",
    as_json: AsJson = False,
) -> None:
    """List who is signed in to the portal, since when, and when they were last seen. `end-sessions` ends them.

    Example: homefield-consent athlete sessions union
    """
    if athlete:
        enrolled(directory, athlete)
    found = carry_out(directory, {"command": "athlete sessions", "athlete": athlete or None})
    if as_json:
        print_json("homefield-athlete-sessions-1", found)
        return
    with beside(directory) as store:
        names = {member.athlete: member.name for member in store.members()}
    lines = [(names.get(one["athlete"], ""), *(one[name] for name in _OF_SESSION)) for one in found["sessions"]]
    columns = ("Name", "Athlete", "Signed in by", "Since", "Last seen")
    print_table(plural(len(lines), "session", "sessions"), columns, lines)


@app.command("erase")
def erase(
    directory: ServiceFolder,
    athlete: AthleteArgument,
    yes: Yes = False,
) -> None:
    """Destroy an athlete's keys, after ending everything shared. Nobody can undo it. The service may run.

    The log keeps its entries and still verifies, but nobody can open them any more, and the log alone does not tell
    that they were about this athlete. Offer the athlete their receipts and proofs before. Backups made until now can
    open the record until they are deleted, 35 days at most; the command says until when.

    Example: homefield-consent athlete erase union ath-0123456789abcdef
    """
    named = enrolled(directory, athlete)
    if not is_agreed(f"Destroy the keys of {named} for good?", yes=yes):
        raise typer.Abort
    carry_out(directory, {"command": "athlete erase", "athlete": athlete})
    say(erased_in_backups(utc_now()))
    typed = ["homefield-node", "erase", "CLUB-FOLDER", athlete]
    say_next(NextStep("the club’s operator", "erase what the node holds as well", typed))


def freeze(directory: ServiceFolder, athlete: AthleteArgument) -> None:
    """Freeze an athlete's account while a question is open: nothing of theirs is read, trained or released.

    The service may run. The athlete sees it in the portal and can still stop sharing. For
    organisations it looks as if nothing were shared. Only `unfreeze` ends it; an athlete's own freeze is not touched.

    Example: homefield-consent freeze union ath-0123456789abcdef
    """
    named = enrolled(directory, athlete)
    carry_out(directory, {"command": "freeze", "athlete": athlete})
    say(f"{named} is frozen: nothing of theirs is read, trained or released. They see it in the portal.")
    say_next(
        NextStep(YOU, "lift it once the question is settled", ["homefield-consent", "unfreeze", directory, athlete])
    )


def unfreeze(directory: ServiceFolder, athlete: AthleteArgument) -> None:
    """End what `freeze` did; the service may run. A freeze of the athlete's own holds until they end it.

    Example: homefield-consent unfreeze union ath-0123456789abcdef
    """
    named = enrolled(directory, athlete)
    done = carry_out(directory, {"command": "unfreeze", "athlete": athlete})
    if done["frozen_by"]:
        warn("note: the account stays frozen, because its athlete froze it or has to confirm a recovery")
    else:
        say(f"{named} is not frozen any more; what they share counts again.")


def sign_in_code(directory: ServiceFolder, athlete: AthleteArgument, as_json: AsJson = False) -> None:
    """Give an athlete from the issuer a code that opens one session, once, within half an hour.

    Example: homefield-consent sign-in-code union ath-0123456789abcdef
    """
    from consent.identity import codes

    enrolled(directory, athlete)
    with _sign_in_tables(directory) as (session, key):
        code, expires = codes.create(session, AthleteId(athlete), key=key, now=utc_now())
    values = {"code": code, "expires": expires.isoformat(timespec="seconds")}
    print_values("homefield-sign-in-code-1", values, as_json=as_json)
    if not as_json:
        say_next(
            NextStep(YOU, "hand over the code in person"), NextStep("the athlete", "sign in with it at the portal")
        )


def end_sessions(directory: ServiceFolder, athlete: AthleteArgument, as_json: AsJson = False) -> None:
    """Sign an athlete out on every device at once, and end codes that were not used yet; the service may run.

    Example: homefield-consent end-sessions union ath-0123456789abcdef
    """
    from consent.identity.sessions import end_everything

    enrolled(directory, athlete)
    with _sign_in_tables(directory) as (session, key):
        ended, revoked = end_everything(session, AthleteId(athlete), key=key, now=utc_now())
    values = {"sessions_ended": ended, "codes_ended": revoked}
    print_values("homefield-end-sessions-1", values, as_json=as_json)


def enrolled(directory: Path, athlete: str) -> str:
    """Return an athlete's name and id; raises NotFound, with the command that lists them, for what is nobody's id."""
    from consent.errors import NotFound

    with beside(directory) as store:
        try:
            found = store.member(AthleteId(athlete))
        except NotFound as error:
            got = f", got {athlete}" if is_athlete_id(athlete) else ""  # anything else may be a name
            raise NotFound(f"{error}{got}; `homefield-consent athlete list` shows their ids") from error
    return f"{found.name} ({found.athlete})"


@contextmanager
def _sign_in_tables(directory: Path) -> "Iterator[tuple[Session, bytes]]":
    """A transaction beside a running service, for codes and sessions alone, and the key of the codes."""
    from sqlmodel import Session

    from consent.keys import read_keys
    from consent.service import open_beside
    from consent.settings import read_settings

    settings = read_settings(directory.resolve())
    keys, (engine, _) = read_keys(settings.keys_directory), open_beside(settings, clock=utc_now)
    try:
        with Session(engine.execution_options(is_writer=True)) as session:
            yield session, keys.codes
            session.commit()
    finally:
        engine.dispose()
