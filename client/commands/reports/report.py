"""`report`: the day's report for one person, as a file; opening it is an access event, as on the page."""

from contextlib import closing
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chassis.cli.console import print_json, say
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from client.commands.node_folder import NodeFolder
from client.errors import ClientError

if TYPE_CHECKING:
    from client.web.site import ClubSite
    from client.web.viewer import Viewer


class StaffVariant(StrEnum):
    """The variants of a report that staff may have at a terminal; an athlete's own is on their own pages."""

    COACH = "coach"
    MEDICAL = "medical"


class FileForm(StrEnum):
    """As what a report is written."""

    PDF = "pdf"
    JSON = "json"


ReportDate = Annotated[
    datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Day of the report; today if not given.")
]
Out = Annotated[Path, typer.Option(help="Folder for the file; its name holds the day and the variant, no person's.")]
VariantOption = Annotated[StaffVariant | None, typer.Option(help="coach or medical; that of the person if left out.")]
ReportFor = Annotated[str, typer.Option("--for", help="The person of the staff whose report it is, by name.")]


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command()(report)


def report(
    folder: NodeFolder,
    person: ReportFor,
    day: ReportDate = None,
    variant: VariantOption = None,
    out: Out = Path(),
    form: Annotated[FileForm, typer.Option("--as", help="As what it is written.")] = FileForm.PDF,
    as_json: AsJson = False,
) -> None:
    """Write the report of a day as one person of the staff may see it now. Athletes find the opening in the log.

    It says on its face when and for whom it was opened. A report that was not prepared that morning is not made later.

    Example: homefield-node report ./club-a --for "Robin Dale" --date 2026-11-24 --variant coach --out ./reports
    """
    from chassis.web.site_address import OWN_MACHINE_ONLY
    from client.app import build_site
    from client.consent_client import NodeConsentClient
    from client.settings import load_settings
    from client.vault.access import open_vault

    settings = load_settings(folder)
    if not out.is_dir():
        # Asked before anything is opened: an opening is recorded even if its file cannot be written.
        raise ClientError(f"expected a folder for the report, got {str(out)!r}; nothing was opened")
    with open_vault(settings) as vault, closing(NodeConsentClient.of(settings, clock=utc_now)) as consent:
        site = build_site(
            settings, vault=vault, consent_client=consent, clock=utc_now, demo=False, address=OWN_MACHINE_ONLY
        )
        viewer = _viewer(site, person, variant)
        written = _written(site, viewer, day, out, form)
        site.journal.close()
    if as_json:
        print_json("homefield-report-1", {"file": str(written)})
        return
    say(f"Written to {written}. Whoever may not see it any more is not in a report that is opened later.")


def _viewer(site: "ClubSite", person: str, variant: StaffVariant | None) -> "Viewer":
    from client.reports.value import VARIANT_OF
    from client.web.viewer import Viewer

    viewer = Viewer.of(site.sign_in.people.named(person), "")
    own = VARIANT_OF[viewer.role].value
    if variant is not None and variant.value != own:
        raise ClientError(f"expected the variant {own}, which this person reads, got {variant.value}")
    return viewer


def _written(site: "ClubSite", viewer: "Viewer", day: datetime | None, out: Path, form: FileForm) -> Path:
    """Open the report and write it beside nothing: a file that is there already is never replaced."""
    import json

    from chassis.files.create_file import PRIVATE_FILE_MODE, create_durably
    from client.reports.document import document
    from client.reports.opening import open_report
    from client.reports.page import file_name
    from client.reports.pdf import report_pdf
    from client.reports.value import report_json

    found, _ = open_report(site, viewer, day.date() if day else None)
    content = (
        report_pdf(document(found), made=found.opened)
        if form is FileForm.PDF
        else json.dumps(report_json(found), ensure_ascii=False, indent=2).encode() + b"\n"
    )
    path = out / file_name(found, form.value)
    create_durably(path, content, mode=PRIVATE_FILE_MODE)
    return path
