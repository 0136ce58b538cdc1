"""Food diaries of Cronometer and MyFitnessPal: energy, protein, carbohydrate, water and alcohol of each day."""

from client.biometrics.streams import Stream
from client.ingest.clock import LocalClock
from client.ingest.input_file import InputFile, Reading
from client.ingest.known.known_table import KnownTable, column
from client.ingest.mapping import TimeColumn
from client.ingest.nutrition.day_sums import read_sums
from client.ingest.text_table import read_table

_CRONOMETER = (
    column("Energy (kcal)", Stream.ENERGY_INTAKE),
    column("Protein (g)", Stream.PROTEIN),
    column("Carbs (g)", Stream.CARBOHYDRATE),
    column("Water (g)", Stream.FLUID, "g"),
    column("Alcohol (g)", Stream.ALCOHOL),
)
_MY_FITNESS_PAL = (
    column("Calories", Stream.ENERGY_INTAKE),
    column("Protein (g)", Stream.PROTEIN),
    column("Carbohydrates (g)", Stream.CARBOHYDRATE),
)
DAILY = KnownTable(
    "cronometer", ("Date", "Energy (kcal)", "Carbs (g)"), TimeColumn(column="Date", format="date"), _CRONOMETER
)
SERVINGS = KnownTable(
    "cronometer", ("Day", "Food Name", "Energy (kcal)"), TimeColumn(column="Day", format="date"), _CRONOMETER
)
MEALS = KnownTable(
    "myfitnesspal",
    ("Date", "Meal", "Calories", "Carbohydrates (g)"),
    TimeColumn(column="Date", format="date"),
    _MY_FITNESS_PAL,
)


def read_cronometer_days(file: InputFile, clock: LocalClock) -> Reading:
    """Read `dailysummary.csv`: one row a day."""
    return DAILY.read(file, clock, read_table(file))


def read_cronometer_servings(file: InputFile, clock: LocalClock) -> Reading:
    """Read `servings.csv`: one row for each food; names of foods are not read."""
    return read_sums(file, clock, read_table(file), SERVINGS, part="Group")


def read_my_fitness_pal(file: InputFile, clock: LocalClock) -> Reading:
    """Read the nutrition summary: one row for each meal; notes are not read."""
    return read_sums(file, clock, read_table(file), MEALS, part="Meal")
