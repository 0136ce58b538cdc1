"""Stored text on a terminal: shown, never obeyed."""

from chassis.hidden_characters import REPLACEMENT, is_hidden


def printable(text: str) -> str:
    """Return text that a terminal shows and never obeys: whatever is not printable becomes a replacement sign.

    A name may hold an escape sequence (ECMA-48) that clears the screen, or a Unicode control that turns the reading
    direction round; a line break in it could imitate a line of ours.
    """
    return "".join(one if one.isprintable() and not is_hidden(one) else REPLACEMENT for one in text)


def escaped_json(document: str) -> str:
    r"""Return a JSON document with every character that is not printable as \uXXXX (RFC 8259 §7); line breaks stay.

    A JSON writer escapes what is below U+0020 only: U+009B begins an escape sequence as well.
    """
    if document.isprintable() or all(line.isprintable() for line in document.split("\n")):
        return document
    return "".join(one if one.isprintable() or one == "\n" else _escaped(one) for one in document)


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
