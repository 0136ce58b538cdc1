"""Who sends a request: an organisation's Ed25519 signature over it, checked once and never accepted twice.

Every refusal (unknown key, bad signature, another audience or version, stale time, replayed nonce) is the same
RequestRefused. An authentic request whose time is off is told to the operator, once until its time is right again: it
is a clock, not an attack, and its program asks every few seconds.
"""

import logging

from chassis.http.request_signature import SignedHeaders, verify_signed
from chassis.operations.once_until_changed import OnceUntilChanged
from consent.errors import RequestRefused
from consent.identity.nonces import NonceMemory
from consent.registry import orgs
from consent.registry.values import Org
from consent.storage.transaction import Transactions
from policies.errors import OutsideItsTime, PolicyError

logger = logging.getLogger(__name__)


class SignedRequests:
    """Checks signed requests; writes nothing but their nonces, and never waits for a writing transaction."""

    def __init__(self, transactions: Transactions, nonces: NonceMemory) -> None:
        self._transactions = transactions
        self._audience = transactions.context.keys.service.verify_key.key_id
        self._nonces = nonces
        self._off_time = OnceUntilChanged()

    def check(self, signed: SignedHeaders, *, method: str, target: str, body: bytes) -> Org:
        """Return who signed this very request; raises RequestRefused."""
        try:
            with self._transactions.read() as tx:
                found, now = orgs.signer(tx, signed.key_id), tx.now
            if found is None:
                raise RequestRefused("request refused")
            org, key = found
            verify_signed(key, signed, audience=self._audience, method=method, target=target, body=body, now=now)
        except OutsideItsTime as error:
            if self._off_time.is_new(org.org_id, type(error).__name__):
                logger.warning("a signed request was refused", extra={"org": org.org_id, "detail": error})
            raise RequestRefused("request refused") from error
        except PolicyError as error:
            raise RequestRefused("request refused") from error
        if not self._nonces.remember(signed.nonce, now=now):
            raise RequestRefused("request refused")
        if not self._off_time.is_empty and self._off_time.is_over(org.org_id):
            logger.info("the clock of an organisation is right again", extra={"org": org.org_id})
        return org
