"""Notes and tile paths, case by case from the C2SP specifications. Nothing here is from `audit`."""

from base64 import b64encode
from typing import Any

from tlog_notes import PLAIN, Key, line

Case = dict[str, Any]

NOTE = "Ognuno sta solo sul cuor della terra\n\ned è subito sera.\n"


def notes() -> list[Case]:
    """Notes as they open for the keys of anna and ben, and as they do not."""
    anna, ben, carl = (Key(f"{name}.example", PLAIN) for name in ("anna", "ben", "carl"))
    by_anna, by_ben, by_carl = (key.line(NOTE) for key in (anna, ben, carl))
    note = f"{NOTE}\n{by_anna}"
    no_bytes = bytes(64)
    same_name = line("anna.example", carl.key_id + no_bytes)
    same_id = line("carl.example", anna.key_id + no_bytes)
    lines_text = f"one\n\n\n{by_carl}\n\ntwo\n"
    empty_text = f"\n\n{anna.line(chr(10))}"
    large = "".join(line(f"key-{at}.example", bytes(5000)) for at in range(2))
    good: list[tuple[str, str, list[str], list[str]]] = [
        ("one signature", note, ["anna.example"], []),
        ("two signatures", note + by_ben, ["anna.example", "ben.example"], []),
        ("an unknown key", f"{NOTE}\n{by_carl}{by_ben}", ["ben.example"], ["carl.example"]),
        ("an unknown key of a known name", note + same_name, ["anna.example"], ["anna.example"]),
        ("an unknown key of a known id", note + same_id, ["anna.example"], ["carl.example"]),
        ("repeated lines", note + by_anna + by_carl + by_carl, ["anna.example"], ["carl.example"]),
        ("two long signatures", note + large, ["anna.example"], ["key-0.example", "key-1.example"]),
        ("a hundred signatures", note + line("x", bytes(5)) * 99, ["anna.example"], ["x"]),
        ("a text with blank lines and a signature", f"{lines_text}\n{anna.line(lines_text)}", ["anna.example"], []),
        ("a text of one empty line", empty_text, ["anna.example"], []),
        ("a name in other letters", note + line("ĸåťę.example", no_bytes), ["anna.example"], ["ĸåťę.example"]),
        ("a key id alone with one byte", note + line("x", bytes(5)), ["anna.example"], ["x"]),
        ("a deleted character in the text", _signed("a\x7fb\n", anna), ["anna.example"], []),
        ("a next-line character in the text", _signed("a\u0085b\n", anna), ["anna.example"], []),
    ]
    cases: list[Case] = [{"keys": [anna.vkey, ben.vkey]}]
    for why, value, signed, unverified in good:
        text = value.rpartition("\n\n")[0] + "\n"
        cases.append(
            {"why": why, "outcome": "opens", "text": text, "signed": signed, "unverified": unverified} | _note(value)
        )
    cases += [{"why": why, "outcome": "no trusted key"} | _note(value) for why, value in _unsigned(by_carl, same_name)]
    cases += [
        {"why": why, "outcome": "fails"} | _note(value)
        for why, value in {
            "a signature over another text": note.replace("sera", "cera"),
            "a bad signature by a known key": note + line("ben.example", ben.key_id + no_bytes),
            "a bad signature before a good one": f"{NOTE}\n{line('anna.example', anna.key_id + no_bytes)}{by_ben}",
            "a second, bad line of a key": note + line("anna.example", anna.key_id + no_bytes),
            "a short signature by a known key": f"{NOTE}\n{line('anna.example', anna.key_id + bytes(10))}",
        }.items()
    ]
    return cases + [{"why": why, "outcome": "malformed"} | _note(value) for why, value in _malformed(note, by_anna)]


def _unsigned(by_carl: str, same_name: str) -> list[tuple[str, str]]:
    return [("an unknown key alone", f"{NOTE}\n{by_carl}"), ("a known name alone", f"{NOTE}\n{same_name}")]


def _malformed(note: str, last: str) -> list[tuple[str, str | bytes]]:
    raw = note.encode()
    blob = last.rsplit(" ", 1)[1].strip()
    spaces = "\u00a0\u0085\u1680\u2003\u2028\u2029\u202f\u205f\u3000"
    return [
        ("nothing", ""),
        ("a newline", "\n"),
        ("two newlines", "\n\n"),
        ("no blank line", note.replace("\n\n", "\n")),
        ("no signature", f"{NOTE}\n"),
        ("no text", last),
        ("the last newline missing", note[:-1]),
        ("something behind the signatures", f"{note}more\n"),
        ("a blank line behind the signatures", f"{note}\n"),
        ("a byte order mark in the signature line", note.replace("—", "\ufeff—")),
        ("carriage returns", note.replace("\n", "\r\n")),
        *((f"the control character {at:#04x}", note.replace("sera", f"s{chr(at)}ra")) for at in (0, 1, 9, 11, 13, 31)),
        ("a byte that starts no character", raw.replace(b"sera", b"s\xffra")),
        ("a character cut short", raw.replace(b"\xc3\xa8", b"\xc3")),
        ("a slash in two bytes", raw.replace(b"sera", b"s\xc0\xafra")),
        ("half of a surrogate pair", raw.replace(b"sera", b"s\xed\xa0\x80ra")),
        ("a character above U+10FFFF", raw.replace(b"sera", b"s\xf4\x90\x80\x80ra")),
        ("a hyphen for the dash", note.replace("—", "-")),
        ("an en dash for the dash", note.replace("—", "–")),
        ("no space behind the dash", note.replace("— ", "—")),
        ("two spaces behind the dash", note.replace("— ", "—  ")),
        ("a wide space behind the dash", note.replace("— ", "—\u2003")),
        ("a space before the dash", note.replace("—", " —")),
        ("no name", note.replace("anna.example ", " ")),
        ("a plus sign in the name", note.replace("anna.example ", "anna+example ")),
        *((f"U+{ord(at):04X} in the name", note.replace("anna.example", f"an{at}na")) for at in spaces),
        ("nothing behind the name", note.replace(f" {blob}", "")),
        ("a space behind the name and no more", note.replace(blob, "")),
        ("a space behind the signature", f"{note[:-1]} \n"),
        ("a key id alone", note.replace(blob, "AAAAAA==")),
        ("less than a key id", note.replace(blob, "AAAA")),
        ("no base64", note.replace(blob, "!" * len(blob))),
        ("the alphabet for addresses", note.replace(blob, "-_-_-_-_")),
        ("no padding", note.replace(blob, blob.rstrip("="))),
        ("padding too much", note.replace(blob, f"{blob}====")),
        ("unused bits that are set", note.replace(blob, "AAAAAAB=")),
        ("101 signatures", note + line("x", bytes(5)) * 100),
    ]


def _signed(text: str, key: Key) -> str:
    return f"{text}\n{key.line(text)}"


def _note(value: str | bytes) -> Case:
    """The note as text where it is one, so that people can read the file."""
    data = value.encode() if isinstance(value, str) else value
    return {"note": value} if isinstance(value, str) else {"note_base64": b64encode(data).decode()}


def tile_paths() -> list[Case]:
    """Tiles and bundles with their paths, and paths of none."""
    cases = []
    for level in ("0", "1", "9", "10", "63", "entries"):
        for index in (0, 1, 67, 999, 1000, 273_000, 999_999, 1_000_000, 1_234_067, 12_345_678_901):
            for width in (1, 9, 10, 100, 255, 256):
                if (int(level) if level.isdigit() else 5) + index + width < 1300 or width == 256:
                    cases.append({"level": level, "index": index, "width": width, "path": _path(level, index, width)})
    bad = """
        tile/64/000 tile/00/000 tile/01/000 tile/-1/000 tile/+1/000 tile//000 tile/1000/000 tile/entry/000 tile/0/0
        tile/0/00 tile/0/0000 tile/0/x000/001 tile/0/x000/x001/002 tile/0/001/002 tile/0/x001 tile/0/x1/001
        tile/0/X001/001 tile/0/x001/1 tile/0/x001/x234/x067 tile/0/x001/ tile/0/ tile/0 tile/0/000.p tile/0/000.p/
        tile/0/000.p/0 tile/0/000.p/00 tile/0/000.p/01 tile/0/000.p/256 tile/0/000.p/257 tile/0/000.p/999
        tile/0/000.p/1000 tile/0/000.p/-1 tile/0/000.P/1 tile/0/000p/1 tile/0/000/p/1 tile/0/000.p/1/
        tile/0/000.p/1.p/1 /tile/0/000 tile/0/000/ tiles/0/000 Tile/0/000 tile/0/../000 tile/0/%30%30%30
        tile/0/000?x tile/0/٠٠٠ tile/٠/000 checkpoint
    """.split()
    long = "x001/" * 1500
    bad += ["", "tile/0/000\n", "\ntile/0/000", "tile/0/ 00", "tile/0/000 ", "tile/0/0\x000", f"tile/0/{long}000"]
    return cases + [{"path": path} for path in bad]


def _path(level: str, index: int, width: int) -> str:
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    name = "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])
    return f"tile/{level}/{name}" + ("" if width == 256 else f".p/{width}")


def tiles_of_sizes() -> list[Case]:
    """For each size, by level: how many full tiles there are and how wide the partial one is (0: there is none)."""
    sizes = [0, 1, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 70_000, 256**3, 20_852_163]
    return [{"size": size, "levels": [list(divmod(size // 256**at, 256)) for at in range(4)]} for size in sizes]
