"""The certificate authorities that a program trusts, read once: a client that reads them itself takes 25 ms for it."""

import ssl
from functools import cache

import httpx


@cache
def authorities(*, of_environment: bool) -> ssl.SSLContext:
    """Return the context for every outgoing https connection of this process; clients and threads may share it.

    of_environment: whether SSL_CERT_FILE and SSL_CERT_DIR count.
    """
    return httpx.create_ssl_context(trust_env=of_environment)
