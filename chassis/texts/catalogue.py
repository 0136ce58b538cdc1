"""The catalogue of texts: English stands in templates and code, and another language is looked up by it.

Templates write `{{ _("…") }}` or `{% trans %}…{% endtrans %}` (Jinja2's i18n extension); code takes `Texts`. The
English text is the key, so that English needs no file; gettext catalogues of other languages come in the same place.
"""

from dataclasses import dataclass
from gettext import NullTranslations
from typing import Final

from jinja2 import Environment

Catalogue = NullTranslations
"""Texts of one language: gettext's own class, of which babel's catalogues are children."""

ENGLISH: Final = NullTranslations()
"""The language in which the texts are written."""


@dataclass(frozen=True, slots=True)
class Texts:
    """What code says to a person, from the catalogue of their language."""

    catalogue: Catalogue = ENGLISH

    def __call__(self, text: str, **values: object) -> str:
        """Return the text with its values, each as `%(name)s` in it."""
        return self.catalogue.gettext(text) % values

    def counted(self, one: str, many: str, n: int, **values: object) -> str:
        """Return the text that fits a number, which stands in it as `%(n)s`."""
        return self.catalogue.ngettext(one, many, n) % {"n": n, **values}


def mark(text: str) -> str:
    """Mark a text in a table of words for the catalogue; it is looked up where it is shown."""
    return text


def add_texts(environment: Environment, catalogue: Catalogue) -> None:
    """Have the templates of an environment take their texts from a catalogue.

    One environment holds one language: `overlay()` shares its globals, and the language installed last would win.
    """
    environment.policies["ext.i18n.trimmed"] = True
    install = environment.install_gettext_callables  # type: ignore[attr-defined]  # added by jinja2.ext.i18n
    install(catalogue.gettext, catalogue.ngettext, newstyle=True)
