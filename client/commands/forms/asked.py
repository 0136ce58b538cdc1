"""`form`: questionnaires that athletes answer: check, add, approve and show them, and see what was answered."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chassis.cli.console import print_json, print_table, say
from chassis.cli.given_file import read_given
from chassis.cli.next_steps import YOU, NextStep, say_next
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from chassis.text import counted
from client.commands.forms import answered
from client.commands.node_folder import NodeFolder
from client.errors import BadForm

if TYPE_CHECKING:
    from client.forms.library.form_library import FormLibrary
    from client.forms.questionnaire import Questionnaire

app = typer.Typer(no_args_is_help=True, help="Questionnaires that athletes answer at this node.")

FormName = Annotated[str, typer.Argument(metavar="FORM", help="The questionnaire’s id.", show_default=False)]
VersionOption = Annotated[int | None, typer.Option(min=1, help="One version; the newest if left out.")]
FormFile = Annotated[Path, typer.Argument(help="The file of a questionnaire (JSON).", show_default=False)]


def register(program: typer.Typer) -> None:
    """Add `form` with its commands to the program."""
    answered.register(app)
    program.add_typer(app, name="form")


@app.command("list")
def list_forms(folder: NodeFolder, as_json: AsJson = False) -> None:
    """List the questionnaires, whether they are asked, and files that cannot be.

    Example: homefield-node form list ./club-a
    """
    library = _library(folder)
    rows = [_described(one, library) for one in library.versions]
    if as_json:
        refused = [{"file": name, "reason": reason} for name, reason in sorted(library.refused.items())]
        print_json("homefield-form-list-1", {"forms": rows, "refused": refused})
        return
    lines = [(f"{one['form']} {one['version']}", one["title"], one["occasion"], one["status"]) for one in rows]
    print_table(counted(len(rows), "version").capitalize(), ("Form", "Title", "When", "Status"), lines)
    say(*(f"{name} is not asked: {reason}" for name, reason in sorted(library.refused.items())))


@app.command()
def check(file: FormFile, as_json: AsJson = False) -> None:
    """Say whether a file is a questionnaire that can be asked; nothing is stored.

    Example: homefield-node form check ./coach.json
    """
    form = _parsed(file)
    values = {"form": form.id, "version": form.version, "items": len(form.items), "needs_sign_off": form.needs_sign_off}
    if as_json:
        print_json("homefield-form-check-1", values)
        return
    say(f"{form.id} {form.version} can be asked: {counted(len(form.items), 'question')}.{_sign_off(form)}")


@app.command()
def add(folder: NodeFolder, file: FormFile, as_json: AsJson = False) -> None:
    """Add a version of a questionnaire. Earlier versions stay, for the answers that were given to them.

    It is asked from now on; one that asks about health once a medical person has approved it. A version whose
    "asked" is "closed" ends a questionnaire.

    Example: homefield-node form add ./club-a ./coach.json
    """
    library, form = _library(folder), _parsed(file)
    library.add(form)
    if as_json:
        values = {"form": form.id, "version": form.version, "needs_sign_off": form.needs_sign_off}
        print_json("homefield-form-add-1", values)
        return
    say(f"{form.id} {form.version} is added.{_sign_off(form)}")
    if form.needs_sign_off:
        step = ["homefield-node", "form", "approve", folder, form.id, "--by", "NAME"]
        say_next(NextStep(YOU, "have a medical person approve it", step))


@app.command()
def show(folder: NodeFolder, form: FormName, version: VersionOption = None, as_json: AsJson = False) -> None:
    """Show one questionnaire as its file says it; the text is a file to copy and change.

    Example: homefield-node form show ./club-a coach-example
    """
    from client.forms.questionnaire import written

    library = _library(folder)
    found = library.find(form, version)
    if as_json:
        values = {**_described(found, library), "file": found.model_dump(mode="json", exclude_defaults=True)}
        print_json("homefield-form-show-1", values)
        return
    say(*written(found).splitlines())


@app.command()
def approve(
    folder: NodeFolder,
    form: FormName,
    by: Annotated[str, typer.Option(help="The name of a medical person of the staff.", show_default=False)],
    version: VersionOption = None,
    as_json: AsJson = False,
) -> None:
    """Record that a medical person approves a questionnaire that asks about health, exactly as it stands.

    Example: homefield-node form approve ./club-a weekly-health --by "Noor Haddad"
    """
    from contextlib import closing

    from client.forms.library.approvals import FormApproval, add_approval
    from client.settings import load_settings
    from client.staff.database import StaffFile
    from client.staff.people import StaffPeople
    from policies.vocabulary import Role

    library, settings = _library(folder), load_settings(folder)
    found = library.find(form, version)
    with closing(StaffFile(settings.directory)) as file:
        person = StaffPeople(file).named(by)
    if person.role is not Role.MEDICAL:
        raise BadForm("expected a medical person; see `homefield-node staff list`")
    if not found.needs_sign_off:
        raise BadForm(f"{found.id} {found.version} asks nothing about health and needs no sign-off")
    approval = FormApproval(
        form=found.id,
        version=found.version,
        sha256=found.sha256,
        person=person.person,
        name=person.name,
        at=utc_now(),
    )
    if library.approval_of(found) is None:
        add_approval(library.folder, approval)
    if as_json:
        values = {"form": found.id, "version": found.version, "sha256": found.sha256, "person": person.person}
        print_json("homefield-form-approve-1", values)
    else:
        say(f"{found.id} {found.version} is approved by {person.name}.")


def _library(folder: Path) -> "FormLibrary":
    from client.forms.library.form_library import FormLibrary
    from client.settings import load_settings

    return FormLibrary.read(load_settings(folder).directory)


def _parsed(file: Path) -> "Questionnaire":
    from client.forms.questionnaire import MOST_BYTES, parse_form

    return parse_form(read_given(file, "a questionnaire", at_most=MOST_BYTES))


def _sign_off(form: "Questionnaire") -> str:
    return " It asks about health and needs the sign-off of a medical person." if form.needs_sign_off else ""


def _described(form: "Questionnaire", library: "FormLibrary") -> dict[str, Any]:
    approval = library.approval_of(form)
    return {
        "form": form.id,
        "version": form.version,
        "title": form.title,
        "owner": form.owner,
        "occasion": form.asked.value,
        "items": len(form.items),
        "sha256": form.sha256,
        "needs_sign_off": form.needs_sign_off,
        "approved_by": None if approval is None else approval.name,
        "status": _status(form, library),
    }


def _status(form: "Questionnaire", library: "FormLibrary") -> str:
    if not library.is_approved(form):
        return "waits for a medical sign-off"
    if form in library.asked:
        return "asked"
    if form.is_example:
        return "example"
    return "closed" if library.newest[form.id] == form else "earlier version"
