"""Whether networks can run here. The linear models need none of what is asked for."""

from importlib.util import find_spec

from models.errors import NotInstalled

LIBRARIES = ("torch", "opacus")
MISSING = "this model is a network and needs the extra “networks”; install torch==2.13.0 and then homefield[networks]"


def check_installed() -> None:
    """Return if the libraries of networks are installed; raises NotInstalled, which names the extra. Loads none."""
    if any(find_spec(library) is None for library in LIBRARIES):
        raise NotInstalled(MISSING)
