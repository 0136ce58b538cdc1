"""A short message that the board is ready: how many wait for a decision, and nothing else of anybody.

Off unless the club sets a mail server or a webhook. Mail goes encrypted or not at all; a webhook takes https, or http
on this machine; trusted are the authorities that this machine trusts. What fails is logged without its content, and is
not sent later: the board says the same.
"""

import logging
import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Final

import httpx

from chassis.error_place import place_of
from chassis.files.secret_file import read_secret
from client.settings import MailServer, NodeSettings

WITHIN_S: Final = 20.0
MAIL_PASSWORD: Final = "mail-password"  # noqa: S105 - the name of its file

logger = logging.getLogger(__name__)


def ready_words(to_decide: int) -> str:
    """Return the whole message, for example "The board is ready: 1 to decide"."""
    return f"The board is ready: {to_decide} to decide"


def send_ready(settings: NodeSettings, to_decide: int) -> list[str]:
    """Send the message wherever the club set; returns by what it went ("mail", "webhook"). Never raises for a failure.

    to_decide: of everybody whom the club enrolled.
    """
    words, ways = ready_words(to_decide), dict[str, Callable[[], None]]()
    mail, webhook = settings.report_mail, settings.report_webhook
    if mail is not None:
        ways["mail"] = lambda: _mail(mail, settings, words)
    if webhook is not None:
        ways["webhook"] = lambda: _post(webhook, words)
    return [way for way, send in ways.items() if _is_sent(way, send)]


def _is_sent(way: str, send: Callable[[], None]) -> bool:
    try:
        send()
    except Exception as error:  # whatever a server or the line does: the report stands, and no content is logged
        logger.warning(
            "it could not be said that the board is ready",
            extra={"kind": way, "error": type(error).__name__, "at": place_of(error)},
        )
        return False
    return True


def _mail(mail: MailServer, settings: NodeSettings, words: str) -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = words, mail.sender, ", ".join(mail.recipients)
    message.set_content(f"{words}.\n")
    context = ssl.create_default_context()
    if mail.encryption == "tls":
        with smtplib.SMTP_SSL(mail.host, mail.port, timeout=WITHIN_S, context=context) as server:
            _deliver(server, mail, settings.keys, message)
        return
    with smtplib.SMTP(mail.host, mail.port, timeout=WITHIN_S) as server:
        server.starttls(context=context)  # raises where the server offers none: nothing goes in the clear
        _deliver(server, mail, settings.keys, message)


def _deliver(server: smtplib.SMTP, mail: MailServer, keys: Path, message: EmailMessage) -> None:
    if mail.user:
        server.login(mail.user, read_secret(keys / MAIL_PASSWORD).decode().strip())
    server.send_message(message)


def _post(webhook: str, words: str) -> None:
    with httpx.Client(timeout=WITHIN_S, verify=ssl.create_default_context(), follow_redirects=False) as client:
        client.post(webhook, json={"text": words}).raise_for_status()
