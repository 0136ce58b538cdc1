"""An athlete's own constants and order of sources: nothing of them is ever chosen from age, sex or a table."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from client.errors import BadOwnSetting

MOST_SOURCES = 20  # ours
LEAST_RESERVE = 40.0  # beats a minute between rest and maximum; ours (docs/indices.md §2.7)
SourceEntry = Annotated[str, Field(min_length=1, max_length=200)]


class OwnSettings(BaseModel):
    """What one athlete set; None is "not set", and what needs it is not computed.

    source_priority: apps, or an app with one of its devices, best first (docs/indices.md §1.2). heart_rate_max,
    heart_rate_rest: /min. trimp_factor and trimp_exponent: A and k of Banister's TRIMP (docs/indices.md §2.7).
    sleep_need_h: hours a night.
    response_p0, response_k1, response_k2: of the fitness-fatigue model (docs/indices.md §2.8).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    source_priority: Annotated[tuple[SourceEntry, ...], Field(max_length=MOST_SOURCES)] = ()
    heart_rate_max: Annotated[float, Field(ge=100, le=230)] | None = None
    heart_rate_rest: Annotated[float, Field(ge=25, le=120)] | None = None
    trimp_factor: Annotated[float, Field(gt=0, le=5)] | None = None
    trimp_exponent: Annotated[float, Field(gt=0, le=5)] | None = None
    sleep_need_h: Annotated[float, Field(ge=4, le=14)] | None = None
    response_p0: Annotated[float, Field(ge=0, le=1e6)] | None = None
    response_k1: Annotated[float, Field(gt=0, le=100)] | None = None
    response_k2: Annotated[float, Field(gt=0, le=100)] | None = None

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if len(set(self.source_priority)) != len(self.source_priority):
            raise ValueError("source_priority: each app once")
        if self.heart_rate_max and self.heart_rate_rest and self.heart_rate_max - self.heart_rate_rest <= LEAST_RESERVE:
            raise ValueError("heart_rate_max: more than 40 above heart_rate_rest")
        return self

    def changed(self, **changes: object) -> "OwnSettings":
        """Return the settings with some of them replaced; raises BadOwnSetting naming what was expected."""
        try:
            return OwnSettings.model_validate({**self.model_dump(), **changes})
        except ValidationError as error:
            expected = "; ".join(_sentence(one["loc"], one["msg"]) for one in error.errors())
            raise BadOwnSetting(f"expected {expected}") from error


def _sentence(place: tuple[int | str, ...], message: str) -> str:
    what = message.removeprefix("Value error, ").removeprefix("Input ")
    return f"{place[0]}: {what}" if place else what


NOTHING_SET = OwnSettings()
