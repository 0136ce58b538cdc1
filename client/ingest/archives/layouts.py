"""Exports of whole accounts: which of their files hold training or health, and which only the account's own things."""

from collections.abc import Callable, Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """One service's export. is_it: told from all paths in it. holds_data: True for the path of a file worth reading."""

    name: str
    is_it: Callable[[Collection[str]], bool]
    holds_data: Callable[[str], bool]


def _has_folder(folder: str) -> Callable[[Collection[str]], bool]:
    return lambda paths: any(f"/{folder}/" in f"/{path}" for path in paths)


def _ends(path: str, *endings: str) -> bool:
    return path.lower().endswith(endings)


def _starts(path: str, *beginnings: str) -> bool:
    return path.rpartition("/")[2].lower().startswith(beginnings)


def _is_of_health(path: str) -> bool:
    """True for the records of an Apple Health export, whose file is named in the language of the phone."""
    folder, _, name = f"/{path}".lower().rpartition("/")
    return folder.endswith("/apple_health_export") and name.endswith(".xml") and not name.endswith("_cda.xml")


_OF_SESSIONS = (".fit", ".fit.gz", ".tcx", ".tcx.gz", ".gpx", ".gpx.gz")
_OF_WELLNESS = ("_sleepdata.json",)

_OF_POLAR = ("training-session-",)

_OF_FITBIT = ("resting_heart_rate", "sleep-", "sleep_score", "exercise-", "daily heart rate variability summary")

LAYOUTS = (
    Layout(
        "Strava",
        lambda paths: any(_starts(path, "activities.csv") for path in paths) and _has_folder("activities")(paths),
        lambda path: "/activities/" in f"/{path}",
    ),
    Layout("Garmin", _has_folder("DI_CONNECT"), lambda path: _ends(path, ".zip", *_OF_SESSIONS, *_OF_WELLNESS)),
    Layout(
        "Polar",
        lambda paths: any(_starts(path, "account-data-", "account-profile-") for path in paths),
        lambda path: _starts(
            path, "training-session-", "sleep_result", "sleep_wake", "nightly_recovery", "ppi_samples"
        ),
    ),
    Layout(
        "WHOOP",
        lambda paths: any(_starts(path, "physiological_cycles.csv") for path in paths),
        lambda path: _starts(path, "physiological_cycles.csv", "sleeps.csv", "workouts.csv"),
    ),
    Layout(
        "Google",
        lambda paths: any(path.startswith("Takeout/") for path in paths),
        lambda path: "/fitbit/" in path.lower() and _starts(path, *_OF_FITBIT),
    ),
    Layout(
        "Apple Health",
        lambda paths: any(_is_of_health(path) for path in paths),
        _is_of_health,
    ),
)


def layout_of(paths: Collection[str]) -> Layout | None:
    """Return the layout of an export with these paths, or None where it is none that is known."""
    return next((layout for layout in LAYOUTS if layout.is_it(paths)), None)
