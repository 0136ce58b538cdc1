"""Why a node is not connected to its coordinator, as one code for the log: an expired certificate is named as one."""

import ssl

_CERTIFICATE = {  # of X509_V_ERR_… in OpenSSL's x509_vfy.h
    9: "certificate_not_yet_valid",  # or this machine's clock is behind
    10: "certificate_expired",
    18: "certificate_of_another_authority",
    19: "certificate_of_another_authority",
    20: "certificate_of_another_authority",
    21: "certificate_of_another_authority",
    62: "certificate_of_another_host",
    64: "certificate_of_another_host",
}


def reason_of(error: Exception) -> str:
    """Return what is wrong with the coordinator's certificate, or the class of the error where it is something else."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _CERTIFICATE.get(cause.verify_code, "certificate_refused")
        cause = cause.__cause__ or cause.__context__
    return type(error).__name__
