"""A process that holds keys and readings leaves no picture of its memory behind when it ends by a fault.

The limit holds for core files and, by its own rules, for systemd-coredump (coredump.conf(5): a limit of 0 stores none).
"""

import resource


def forbid_core_dumps() -> None:
    """Set the limit of core files to 0, for this process and those that it starts; it cannot be raised again."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
