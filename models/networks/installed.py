"""Whether networks can run here. The linear models need none of what is asked for."""

from importlib.util import find_spec

from models.errors import NotInstalled

LIBRARIES = ("torch", "opacus")
MISSING = "this model is a network and needs the extra “networks”; install torch==2.13.0 and then homefield[networks]"


def is_installed() -> bool:
    """Whether the libraries of networks are installed. Loads none."""
    return all(find_spec(library) is not None for library in LIBRARIES)


def check_installed() -> None:
    """Return if they are; raises NotInstalled, which names the extra."""
    if not is_installed():
        raise NotInstalled(MISSING)
