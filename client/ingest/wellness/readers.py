"""Declarations of the readers of wellness and variability (docs/ingest.md §1)."""

from client.ingest import hrv_csv
from client.ingest.reader import Reader
from client.ingest.wellness import golden_cheetah, intervals_icu, training_peaks

_INTERVALS = Reader(
    "intervals-wellness",
    "Intervals.icu wellness CSV",
    "columns",
    "RMSSD, SDNN, resting heart rate, sleep, items from 1 to 4, body mass, steps, food",
    "cycle and pregnancy, blood values, comments, all other columns",
    intervals_icu.read_wellness,
    is_by_schema=True,
)
_TRAINING_PEAKS = Reader(
    "trainingpeaks-metrics",
    "TrainingPeaks metrics CSV",
    "columns",
    "resting heart rate, sleep, body mass, RMSSD named so, steps",
    "metrics whose scale or method their name does not fix, among them HRV",
    training_peaks.read_metrics,
    is_by_schema=True,
)
_LYING = Reader(
    "hrv4training-lying",
    "HRV4Training CSV of tests lying and standing",
    "columns",
    "RMSSD, resting heart rate, both lying",
    "what was measured standing, free text, all other columns",
    hrv_csv.read_hrv4training_lying,
    is_by_schema=True,
)
GOLDEN_CHEETAH = Reader(
    "goldencheetah-measures",
    "GoldenCheetah `hrvmeasures.json`, `bodymeasures.json`",
    "keys",
    "RMSSD, SDNN, resting heart rate, body mass",
    "comments, body fat, all other measures",
    golden_cheetah.read_measures,
    is_by_schema=True,
)
BY_HEADER: tuple[tuple[tuple[str, ...], Reader], ...] = (
    *((header, _INTERVALS) for header in intervals_icu.HEADERS),
    (training_peaks.HEADER, _TRAINING_PEAKS),
    (hrv_csv.HRV4TRAINING_LYING_HEADER, _LYING),
)
READERS = (_INTERVALS, _TRAINING_PEAKS, _LYING, GOLDEN_CHEETAH)
