"""What was brought in a session that has ended is forgotten within a minute, whoever comes back or not."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from starlette.concurrency import run_in_threadpool

from chassis.error_place import place_of
from chassis.sign_in.sessions import Sessions
from client.errors import StaffUnavailable
from client.uploads.session_uploads import SessionUploads

LOOKED_EVERY_S: Final = 60.0

logger = logging.getLogger(__name__)


@asynccontextmanager
async def forgetting_uploads(uploads: SessionUploads, sessions: Sessions) -> AsyncIterator[None]:
    """Look every minute which sessions have ended, and forget everything at the end of the program."""
    looking = asyncio.create_task(_look(uploads, sessions))
    try:
        yield
    finally:
        looking.cancel()
        await run_in_threadpool(uploads.close)


async def _look(uploads: SessionUploads, sessions: Sessions) -> None:
    while True:
        await asyncio.sleep(LOOKED_EVERY_S)
        try:
            await run_in_threadpool(forget_ended, uploads, sessions)
        except StaffUnavailable:  # signing in fails then too; the next minute looks again
            continue
        except Exception as error:  # nobody awaits this task: it would end unseen, and nothing be forgotten any more
            logger.error(
                "ended sessions were not looked up", extra={"error": type(error).__name__, "at": place_of(error)}
            )


def forget_ended(uploads: SessionUploads, sessions: Sessions) -> None:
    """Forget what was brought in sessions that have ended."""
    uploads.keep_only({one.digest for one in sessions.every()})
