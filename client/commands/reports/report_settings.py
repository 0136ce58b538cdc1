"""`report-settings`: when the day's report is ready, and where the node says so; nowhere unless it is set."""

import os
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from chassis.cli.console import print_values, say
from chassis.cli.options import AsJson
from client.commands.node_folder import NodeFolder
from client.errors import BadNodeSettings

if TYPE_CHECKING:
    from client.settings import NodeSettings

PASSWORD_VARIABLE = "HOMEFIELD_MAIL_PASSWORD"  # noqa: S105 - the name of a variable of the environment

Ready = Annotated[str | None, typer.Option(help="Local time, HH:MM, before which the report is prepared.")]
MailOption = Annotated[str | None, typer.Option("--mail-server", help="HOST:PORT of a mail server that speaks TLS.")]
Encryption = Annotated[
    Literal["tls", "starttls"], typer.Option(help="tls from the first byte (port 465), or starttls (port 587).")
]
User = Annotated[
    str, typer.Option("--mail-user", help=f"To sign in with; the password comes from {PASSWORD_VARIABLE}.")
]
Sender = Annotated[str, typer.Option("--mail-from", help="Address that the message comes from.")]
MailTo = Annotated[list[str] | None, typer.Option("--mail-to", help="Address that it goes to; repeatable.")]
WebhookAddress = Annotated[
    str | None, typer.Option(help='https address that gets {"text": …}; http on this machine only.')
]
Nowhere = Annotated[bool, typer.Option("--no-message", help="Say it nowhere any more.")]


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command("report-settings")(report_settings)


def report_settings(
    folder: NodeFolder,
    ready: Ready = None,
    mail_server: MailOption = None,
    encryption: Encryption = "tls",
    user: User = "",
    sender: Sender = "",
    recipients: MailTo = None,
    webhook: WebhookAddress = None,
    no_message: Nowhere = False,
    as_json: AsJson = False,
) -> None:
    """Show or set when the day's report is ready, and where the node then says "The board is ready: 1 to decide".

    The message names nobody and holds no other figure. A running node takes new settings when it starts again.

    Example: homefield-node report-settings ./club-a --ready 06:15 --webhook https://chat.example.org/hooks/board
    """
    from client.settings import change_settings, load_settings

    settings = load_settings(folder)
    changes: dict[str, Any] = {"report_mail": None, "report_webhook": None} if no_message else {}
    if ready is not None:
        changes["report_ready"] = ready
    if mail_server is not None:
        changes["report_mail"] = _mail(mail_server, encryption, user, sender, recipients or [])
    if webhook is not None:
        changes["report_webhook"] = _checked(webhook)
    if changes.get("report_mail") and user:
        _keep_password(settings)  # first: a mail server is set with its password or not at all
    if changes:
        settings = change_settings(folder, **changes)
    _show(settings, as_json=as_json)


def _mail(server: str, encryption: str, user: str, sender: str, recipients: list[str]) -> dict[str, Any]:
    host, _, port = server.rpartition(":")
    if not host or not port.isdecimal():
        raise BadNodeSettings("expected --mail-server as HOST:PORT, for instance mail.example.org:465")
    if not sender or not recipients:
        raise BadNodeSettings("expected --mail-from and at least one --mail-to with --mail-server")
    return {
        "host": host,
        "port": int(port),
        "encryption": encryption,
        "user": user,
        "sender": sender,
        "recipients": recipients,
    }


def _checked(webhook: str) -> str:
    from urllib.parse import urlsplit

    from chassis.http.loopback import is_loopback

    parts = urlsplit(webhook)
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))):
        raise BadNodeSettings("expected a webhook that begins with https:// (http:// on this machine only)")
    return webhook


def _keep_password(settings: "NodeSettings") -> None:
    """Keep it as a secret file, so that neither the settings nor a list of processes holds it."""
    from chassis.files.replace_file import replace_durably
    from client.reports.ready_message import MAIL_PASSWORD

    password = os.environ.get(PASSWORD_VARIABLE, "")
    if not password:
        raise BadNodeSettings(f"expected the mail server's password in {PASSWORD_VARIABLE}; set it and repeat")
    replace_durably(settings.keys / MAIL_PASSWORD, password.encode() + b"\n")


def _show(settings: "NodeSettings", *, as_json: bool) -> None:
    mail = settings.report_mail
    values = {
        "report_ready": f"{settings.report_ready:%H:%M}",
        "mail": "off" if mail is None else f"{mail.host}:{mail.port} ({mail.encryption}), {len(mail.recipients)} to",
        "webhook": settings.report_webhook or "off",
    }
    print_values("homefield-report-settings-1", values, as_json=as_json)
    if not as_json:
        say("A running node takes new settings when it starts again.")
