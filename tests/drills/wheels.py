"""The wheel with each extra alone in an empty environment: every program of it starts, and every module imports.

One of `make drill`; alone: python tests/drills/wheels.py [SEED]. It installs from the index that pip is configured for.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # so that it runs alone as well

from tests.drills.built_wheel import build_wheel, packaged_files  # noqa: E402 - after the path is set
from tests.drills.drill import Drill  # noqa: E402

STEP_WITHIN_S = 1_200.0  # an installation of torch over a slow line
DRILL = Drill(
    "wheels",
    "the wheel with each extra alone in an empty environment: programs help, modules import, a few commands run",
    siblings=("tests/architecture/test_wheel.py",),
    within_s=2 * 3_600,
    command=lambda seed: [sys.executable, "tests/drills/wheels.py", str(seed)],
)
LEARNING = ("torch", "opacus", "scipy")
NOT_IN_CONSENT = (*LEARNING, "flwr", "numpy", "opendp")
NETWORKS = ("models.networks.convolution", "models.privacy.opacus_gradients", "models.training.network_fit")

IMPORT_ALL = """
import importlib, pkgutil, sys
present = [name for name in sys.argv[2].split(",") if name and importlib.util.find_spec(name)]
assert not present, f"expected an environment without {present}"
count = 0
left_out = tuple(name for name in sys.argv[3].split(",") if name)
for package in sys.argv[1].split(","):
    root = importlib.import_module(package)
    for module in pkgutil.walk_packages(root.__path__, package + "."):
        if ".migrations." not in module.name and not module.name.startswith(left_out):
            importlib.import_module(module.name)
            count += 1
print(count)
"""


@dataclass(frozen=True, slots=True)
class Environment:
    """What one extra must suffice for. packages: ours that import; absent: libraries that must not be there.

    left_out: modules that belong to another extra.
    deeds: command lines that must end well, the first word being a program of the environment or a file of ours.
    """

    extra: str
    packages: tuple[str, ...]
    programs: tuple[str, ...] = ("homefield-audit",)
    absent: tuple[str, ...] = NOT_IN_CONSENT
    left_out: tuple[str, ...] = NETWORKS
    first: tuple[str, ...] = ()
    deeds: tuple[tuple[str, ...], ...] = ()


BASE = ("policies", "chassis", "audit")
WITHOUT_STORES = (*NETWORKS, "chassis.storage", "chassis.backup")
LINEAR = ("python", "tests/models/linear_campaign.py")
ENVIRONMENTS = (
    Environment("", BASE, left_out=WITHOUT_STORES),
    Environment("movement", BASE, left_out=WITHOUT_STORES),
    Environment("postgres", BASE, left_out=WITHOUT_STORES, deeds=(("python", "-c", "import psycopg"),)),
    Environment(
        "consent",
        (*BASE, "consent"),
        ("homefield-audit", "homefield-consent"),
        deeds=(
            ("homefield-consent", "init", "union", "--json"),
            ("homefield-consent", "status", "union", "--json"),
            ("homefield-audit", "verify", "union/log", "--policy", "union/trust.policy"),
        ),
    ),
    Environment(
        "client",
        (*BASE, "models", "client"),
        ("homefield-audit", "homefield-node"),
        LEARNING,
        deeds=(LINEAR, ("homefield-node", "init", "club-a", "--club", "club-a", "--name", "Eastmere FC", "--json")),
    ),
    Environment(
        "server",
        (*BASE, "models", "server"),
        ("homefield-audit", "homefield-server"),
        LEARNING,
        deeds=(
            LINEAR,
            (
                "homefield-server",
                "init",
                "league",
                "--name",
                "Coast League",
                "--consent",
                "http://127.0.0.1:8600",
                "--service-key",
                "A" * 43 + "=",
            ),
        ),
    ),
    Environment(
        "networks",
        BASE,
        absent=("flwr", "sqlmodel"),
        left_out=WITHOUT_STORES,
        first=("torch==2.13.0",),
        deeds=(("python", "tests/models/network_gradient.py"),),
    ),
    Environment(
        "demo",
        (*BASE, "models", "client", "consent", "server", "deploy"),
        ("homefield-audit", "homefield-consent", "homefield-demo", "homefield-node", "homefield-server"),
        LEARNING,
    ),
)


def run(words: Sequence[str | Path], *, folder: Path) -> str:
    """Run one command outside the checkout and return what it printed; raises RuntimeError with its last words."""
    hidden = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(word) for word in words], cwd=folder, env=hidden, capture_output=True, text=True, timeout=STEP_WITHIN_S
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-600:]
        raise RuntimeError(f"{' '.join(map(str, words))[:200]} ended with code {done.returncode}: {said}")
    return done.stdout


def install(environment: Environment, wheel: Path, folder: Path) -> Path:
    """Make an empty environment, install the wheel with one extra, and return the folder of its programs."""
    venv.create(folder, with_pip=False)
    programs = folder / "bin"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", programs / "python"]
    to_install = [*pip, "install", "--quiet", "--no-compile", "--constraint", ROOT / "constraints.txt"]
    for requirement in environment.first:
        run([*to_install, requirement], folder=folder)
    extra = f"[{environment.extra}]" if environment.extra else ""
    run([*to_install, f"homefield{extra} @ {wheel.as_uri()}"], folder=folder)
    run([*pip, "check"], folder=folder)
    return programs


def try_out(environment: Environment, programs: Path, folder: Path) -> int:
    """Import every module, ask every program for help, and do each deed; return how many modules there were."""
    words = [",".join(names) for names in (environment.packages, environment.absent, environment.left_out)]
    count = int(run([programs / "python", "-I", "-c", IMPORT_ALL, *words], folder=folder))
    for program in environment.programs:
        if "Usage:" not in run([programs / program, "--help"], folder=folder):
            raise RuntimeError(f"{program} --help says nothing")
    for name, *rest in environment.deeds:
        # A script of ours is copied: beside the checkout it would import from there what the wheel may lack.
        words = [str(_copied(word, folder)) if word.startswith("tests/") else word for word in rest]
        run([programs / name, *(["-I"] if name == "python" else []), *words], folder=folder)
    return count


def _copied(script: str, folder: Path) -> Path:
    copy = folder / Path(script).name
    copy.write_bytes((ROOT / script).read_bytes())
    return copy


def main(seed: int) -> str:
    """Try every environment, in an order that the seed draws; return one line. Raises RuntimeError at a fault."""
    began, modules = time.monotonic(), 0
    order = random.Random(seed).sample(ENVIRONMENTS, len(ENVIRONMENTS))
    with tempfile.TemporaryDirectory(prefix="homefield-wheels-") as place:
        wheel = build_wheel(Path(place))
        for environment in order:
            folder = Path(place) / (environment.extra or "no-extra")
            folder.mkdir()
            modules += try_out(environment, install(environment, wheel, folder), folder)
            print(f"{folder.name}: well after {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return (
        f"a wheel of {len(packaged_files())} files in {len(order)} environments, each with one extra alone: "
        f"{sum(len(one.programs) for one in order)} programs help, {modules:,} imports, "
        f"{sum(len(one.deeds) for one in order)} deeds, {time.monotonic() - began:.0f} s"
    )


DRILL = Drill(
    "wheels",
    "the wheel with each extra alone in an empty environment (needs the package index)",
    ("tests/architecture/test_wheel.py", "tests/architecture/test_dependencies.py"),
    5_400.0,
    lambda seed: [sys.executable, str(Path(__file__).resolve()), str(seed)],
)


if __name__ == "__main__":
    print(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20261129))
