"""Declarations of the readers of meals and fluid (docs/ingest.md §1)."""

from client.ingest.nutrition import diary_apps, meal_diary
from client.ingest.reader import Reader

_DIARY = Reader(
    "meal-diary",
    "PMData meal diary `reporting.csv`",
    "columns",
    "number of meals, glasses drunk, body mass, whether there was alcohol",
    "the time of the answer",
    meal_diary.read_diary,
)
_DAYS = Reader(
    "cronometer-days",
    "Cronometer `dailysummary.csv`",
    "columns",
    "energy, protein, carbohydrate, water and alcohol of a day",
    "all other nutrients",
    diary_apps.read_cronometer_days,
    is_by_schema=True,
)
_SERVINGS = Reader(
    "cronometer-servings",
    "Cronometer `servings.csv`",
    "columns",
    "energy, protein, carbohydrate, water and alcohol, added up for each day",
    "names of foods, all other nutrients",
    diary_apps.read_cronometer_servings,
    is_by_schema=True,
)
_MEALS = Reader(
    "myfitnesspal-meals",
    "MyFitnessPal nutrition summary CSV",
    "columns",
    "energy, protein and carbohydrate, added up for each day",
    "notes, all other nutrients",
    diary_apps.read_my_fitness_pal,
    is_by_schema=True,
)
BY_HEADER: tuple[tuple[tuple[str, ...], Reader], ...] = (
    (meal_diary.HEADER, _DIARY),
    (diary_apps.SERVINGS.header, _SERVINGS),
    (diary_apps.DAILY.header, _DAYS),
    (diary_apps.MEALS.header, _MEALS),
)
READERS = tuple(reader for _, reader in BY_HEADER)
