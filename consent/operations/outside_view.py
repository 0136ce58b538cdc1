"""Asks before a start what others hold of the log: a witness of the policy, or the address where it is published.

An older log put back from a backup contradicts nothing on its own disk. Whoever has cosigned or copied a larger tree
knows better.
"""

import contextlib
from dataclasses import dataclass, replace
from enum import StrEnum

import httpx

from audit.cosigning import witness_client
from audit.errors import AuditError, SourceUnavailable
from audit.monitor.witness_lookup import WitnessLookup, WitnessStatus, WitnessView
from audit.tlog.checkpoint import CHECKPOINT, Checkpoint
from audit.tlog.trust_policy import NONE, TrustPolicy
from audit.verification.sources import HttpSource
from consent.errors import StoreUnavailable

TIMEOUT_S = 5.0
_NO_ANSWER = frozenset({WitnessStatus.UNREACHABLE, WitnessStatus.UNUSABLE})


class OutsideCheck(StrEnum):
    """REQUIRED: as many witnesses as the policy asks for must answer. IF_REACHABLE: those that do count. NONE: no."""

    REQUIRED = "required"
    IF_REACHABLE = "if reachable"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class OutsideView:
    """Where to ask: the trust policy's witnesses, and the address of a published copy ("" if there is none)."""

    policy: TrustPolicy
    published_at: str = ""
    http: httpx.Client | None = None

    def refuse_a_smaller_log(self, checkpoint: Checkpoint, known: int, check: OutsideCheck) -> None:
        """Raise StoreUnavailable if somebody holds a larger tree of this log, or nobody who must answer does.

        checkpoint: the published one. known: entries of the largest tree that the log can have signed.
        """
        if check is OutsideCheck.NONE or not checkpoint.size:
            return
        with contextlib.ExitStack() as held:
            client = self.http or held.enter_context(witness_client.new_client(TIMEOUT_S))
            views = WitnessLookup(self.policy, client=client, timeout_s=TIMEOUT_S).views(checkpoint)
            for view in views:
                _refuse(view, known)
            if check is OutsideCheck.REQUIRED:
                self._refuse_silence(views)
            self._refuse_a_larger_copy(client, known, is_required=check is OutsideCheck.REQUIRED)

    def _refuse_silence(self, views: list[WitnessView]) -> None:
        answered = [name for view in views if view.status not in _NO_ANSWER for name in view.names]
        if not self.policy.is_met_by(answered):
            needed, got, _ = self.policy.counters(answered)
            raise StoreUnavailable(
                f"expected at least {needed} witnesses to say how large the log was, got answers from {got}; start "
                "their programs first, or start with --without-witnesses, which the portal then says"
            )

    def _refuse_a_larger_copy(self, client: httpx.Client, known: int, *, is_required: bool) -> None:
        if not self.published_at:
            return
        try:
            note = HttpSource(self.published_at, client=client).read(CHECKPOINT)
            size = 0 if note is None else replace(self.policy, quorum=NONE).open(note).checkpoint.size
        except SourceUnavailable as error:
            if is_required:
                raise StoreUnavailable(
                    "the address where the log is published does not answer; --without-witnesses starts unasked"
                ) from error
            return
        except AuditError as error:
            raise StoreUnavailable("the address where the log is published shows another log") from error
        _refuse_larger("the address where the log is published", size, known)


def _refuse(view: WitnessView, known: int) -> None:
    if view.status is WitnessStatus.DISAGREES:
        raise StoreUnavailable(f"the witness {view.names[0]} has cosigned another log of this size; ask its operator")
    if view.seen is not None:
        _refuse_larger(f"the witness {view.names[0]}", view.seen.size, known)


def _refuse_larger(who: str, size: int, known: int) -> None:
    if size > known:
        raise StoreUnavailable(
            f"the log is an older one: it holds {known:,} entries, {who} knows {size:,}; put back the newest log, from "
            "a mirror if there is one, then run `homefield-consent recover` on this folder"
        )
