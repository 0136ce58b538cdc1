"""What every page of every surface has: templates, stylesheet, security headers and safe rendering."""

from functools import cache
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chassis.hidden_characters import cleaned
from chassis.http.clean_text import CleanAddresses
from chassis.texts.catalogue import ENGLISH, Catalogue, add_texts
from chassis.web.secured_answers import SecuredAnswers

HERE = Path(__file__).parent


class Pages:
    """Renders one surface's templates over the shared layout; undefined names are errors, text is escaped."""

    def __init__(self, *folders: Path, catalogue: Catalogue = ENGLISH) -> None:
        """Take the folders of the surface's templates, each beside its routes; no two hold the same name.

        catalogue: the texts of the language in which the pages are shown.
        """
        self._environment = _environment(folders, catalogue)

    def render(self, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
        """Return the page. `values` are the template's variables."""
        return HTMLResponse(self.text(template, **values), status_code=status)

    def text(self, template: str, **values: object) -> str:
        """Return the page's HTML text."""
        return self._environment.get_template(template).render(**values)


@cache
def _environment(folders: tuple[Path, ...], catalogue: Catalogue) -> Environment:
    """The templates of these folders, each compiled once a process however many applications show it."""
    environment = Environment(
        loader=FileSystemLoader([*folders, HERE / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
        extensions=["jinja2.ext.i18n"],
    )
    add_texts(environment, catalogue)
    environment.globals.update(theme=None, person=None, settings_href=None, sign_out=None, nav=(), here="")
    environment.globals.update(sign_out_at="/sign-out")
    return environment


def _shown(value: object) -> object:
    """What a page shows of a value: a stored text without its hidden characters; line breaks stay."""
    return cleaned(value, keeping="\n\t") if type(value) is str else value


def add_base_layout(app: FastAPI) -> None:
    """Add the stylesheet at /static and the security headers to every response; refuse addresses nobody can read."""
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app.add_middleware(CleanAddresses)
    app.add_middleware(SecuredAnswers)
