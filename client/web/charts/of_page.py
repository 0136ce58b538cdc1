"""All charts of an athlete's page, on which one word names one source."""

from datetime import date

from chassis.web.charts import Chart
from client.features.daily import DailyTable
from client.features.days.column_sources import SourcesOfFigures
from client.web.charts.hrv import hrv_chart, hrv_sources
from client.web.charts.load import load_chart, load_sources
from client.web.charts.sleep import sleep_chart, sleep_sources
from client.web.charts.sources import page_names


def charts_of(table: DailyTable, sources: SourcesOfFigures, *, day: date, planned_au: float | None) -> list[Chart]:
    """Return the charts of a page, of which one word names one source on all of them. planned_au: of the day's plan."""
    shown = (hrv_sources(table, sources.variability), load_sources(table, sources.load))
    names = page_names((*shown, sleep_sources(table, sources, day=day)))
    found = (
        hrv_chart(table, sources.variability, names),
        load_chart(table, day=day, planned_au=planned_au, sources=sources.load, names=names),
        sleep_chart(table, sources, day=day, names=names),
    )
    return [chart for chart in found if chart is not None]
