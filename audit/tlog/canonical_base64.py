"""Standard base64 (RFC 4648 §4), accepted only in the one spelling that encoding gives."""

import base64
import binascii

from audit.errors import MalformedProof


def encode_base64(data: bytes) -> str:
    """Return standard base64 with padding."""
    return base64.b64encode(data).decode()


def decode_base64(text: str) -> bytes:
    """Decode standard base64 in its one canonical spelling; raises MalformedProof otherwise."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error) as error:
        raise MalformedProof("expected standard base64") from error
    # Unused bits must be zero, or a changed byte could go unseen.
    if encode_base64(data) != text:
        raise MalformedProof("expected canonical base64")
    return data
