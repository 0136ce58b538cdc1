"""Texts of pages and code come from one catalogue: another language replaces each of them, and only the text."""

from gettext import NullTranslations
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.support import Translations

from chassis.texts.catalogue import ENGLISH, Catalogue, Texts
from chassis.web.pages import Pages

TEMPLATE = """{{ _("Good morning") }}, {{ name }}.
{% trans n=n %}{{ n }} reading{% pluralize %}{{ n }} readings{% endtrans %}.
{% trans %}
  A text over
  two lines
{% endtrans %}
"""


def german(folder: Path) -> Catalogue:
    """A catalogue as babel compiles it."""
    texts = Catalog(locale="de")
    texts.add("Good morning", "Guten Morgen")
    texts.add(("%(n)s reading", "%(n)s readings"), ("%(n)s Messwert", "%(n)s Messwerte"))
    texts.add("A text over two lines", "Ein <i>Text</i> über zwei Zeilen")
    with (folder / "de.mo").open("wb") as file:
        write_mo(file, texts)
    with (folder / "de.mo").open("rb") as file:
        return Translations(file)


def test_english_is_what_stands_in_templates_and_code(tmp_path: Path) -> None:
    (tmp_path / "one.html").write_text(TEMPLATE)

    assert Pages(tmp_path).text("one.html", name="Ada", n=1).split("\n")[:2] == ["Good morning, Ada.", "1 reading."]
    assert Texts()("At most %(load)s AU", load=432) == "At most 432 AU"
    assert Texts().counted("%(n)s reading", "%(n)s readings", 3) == "3 readings"


def test_another_catalogue_replaces_each_text_with_its_plurals(tmp_path: Path) -> None:
    (tmp_path / "one.html").write_text(TEMPLATE)
    shown = Pages(tmp_path, catalogue=german(tmp_path)).text("one.html", name="Ada", n=2)

    assert shown.split("\n")[:2] == ["Guten Morgen, Ada.", "2 Messwerte."]
    assert "Ein <i>Text</i> über zwei Zeilen" in shown
    assert Texts(german(tmp_path)).counted("%(n)s reading", "%(n)s readings", 1) == "1 Messwert"


def test_a_value_is_escaped_in_every_language(tmp_path: Path) -> None:
    (tmp_path / "one.html").write_text("{% trans name=name %}Hello {{ name }}{% endtrans %}")

    assert Pages(tmp_path).text("one.html", name="<b>") == "Hello &lt;b&gt;"


def test_languages_beside_each_other_keep_their_own_texts(tmp_path: Path) -> None:
    (tmp_path / "one.html").write_text(TEMPLATE)
    first, second = Pages(tmp_path), Pages(tmp_path, catalogue=german(tmp_path))

    assert first.text("one.html", name="Ada", n=1).startswith("Good morning")
    assert second.text("one.html", name="Ada", n=1).startswith("Guten Morgen")
    assert first.text("one.html", name="Ada", n=1).startswith("Good morning")


def test_the_usual_catalogue_is_gettexts_own() -> None:
    assert isinstance(ENGLISH, NullTranslations)
