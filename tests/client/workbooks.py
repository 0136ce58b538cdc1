"""Small Excel and OpenDocument workbooks, made part by part, as no library here writes them."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from xml.sax.saxutils import escape, quoteattr

Rows = Sequence[Sequence[object]]
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OPEN = "urn:oasis:names:tc:opendocument:xmlns"
_ORIGIN = datetime(1899, 12, 30)  # noqa: DTZ001 - serial days are local
_STYLES = ("0", "14", "22", "21", "46")  # general, a day, a moment, a time of day, hours of a duration


def archive(parts: Mapping[str, str | bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as kept:
        for name, content in parts.items():
            kept.writestr(name, content)
    return out.getvalue()


def parts_of(workbook: bytes) -> dict[str, str | bytes]:
    """Return the parts of a workbook by name."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as kept:
        return {name: kept.read(name) for name in kept.namelist()}


def excel(sheets: Mapping[str, Rows] | None = None, **raw: str) -> bytes:
    """Return an .xlsx of these sheets; raw: sheets by name whose content is given as XML."""
    bodies = {
        name: "".join(_row(*numbered) for numbered in enumerate(rows, 1)) for name, rows in (sheets or {}).items()
    }
    bodies |= raw
    rels = [
        f'<Relationship Id="r{n}" Type="{_OFFICE}/worksheet" Target="worksheets/s{n}.xml"/>' for n in range(len(bodies))
    ]
    named = [f'<sheet name={quoteattr(name)} sheetId="{n + 1}" r:id="r{n}"/>' for n, name in enumerate(bodies)]
    styles = "".join(f'<xf numFmtId="{code}"/>' for code in _STYLES)
    return archive(
        {
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
            "_rels/.rels": _relations(
                [f'<Relationship Id="b" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>']
            ),
            "xl/workbook.xml": (
                f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{"".join(named)}</sheets></workbook>'
            ),
            "xl/_rels/workbook.xml.rels": _relations(
                [*rels, f'<Relationship Id="st" Type="{_OFFICE}/styles" Target="styles.xml"/>']
            ),
            "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><cellXfs>{styles}</cellXfs></styleSheet>',
            **{
                f"xl/worksheets/s{n}.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'
                for n, body in enumerate(bodies.values())
            },
        }
    )


def _relations(entries: Sequence[str]) -> str:
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{"".join(entries)}</Relationships>'


def _row(number: int, cells: Sequence[object]) -> str:
    return f'<row r="{number}">{"".join(_cell(f"{chr(65 + n)}{number}", cell) for n, cell in enumerate(cells))}</row>'


def _cell(place: str, cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
    style, value = _serial(cell)
    return f'<c r="{place}" s="{style}"><v>{value!r}</v></c>'


def _serial(cell: object) -> tuple[int, float]:
    if isinstance(cell, datetime):
        return 2, (cell - _ORIGIN) / timedelta(days=1)
    if isinstance(cell, date):
        return 1, float((cell - _ORIGIN.date()).days)
    if isinstance(cell, time):
        return 3, (cell.hour * 3600 + cell.minute * 60 + cell.second) / 86_400
    if isinstance(cell, timedelta):
        return 4, cell / timedelta(days=1)
    assert isinstance(cell, int | float)
    return 0, cell


def open_document(rows: Rows | None = None, raw: str = "") -> bytes:
    """Return an .ods of one sheet; raw: its content as XML."""
    body = raw or "".join(f"<table:table-row>{''.join(map(_open_cell, row))}</table:table-row>" for row in rows or ())
    names = " ".join(f'xmlns:{one}="{_OPEN}:{one}:1.0"' for one in ("office", "table", "text"))
    sheet = f'<table:table table:name="Sheet1">{body}</table:table>'
    content = (
        f"<office:document-content {names}><office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    manifest = (
        f'<m:manifest xmlns:m="{_OPEN}:manifest:1.0"><m:file-entry m:full-path="/" '
        'm:media-type="application/vnd.oasis.opendocument.spreadsheet"/></m:manifest>'
    )
    return archive(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": manifest,
            "content.xml": content,
        },
        compression=zipfile.ZIP_STORED,
    )


def _open_cell(cell: object) -> str:
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, date):
        return f'<table:table-cell office:value-type="date" office:date-value="{cell.isoformat()}"/>'
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        length = f"PT{minutes // 60:02}H{minutes % 60:02}M{seconds:02}S"
        return f'<table:table-cell office:value-type="time" office:time-value="{length}"/>'
    if isinstance(cell, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{cell}"/>'
    return f'<table:table-cell office:value-type="string"><text:p>{escape(str(cell))}</text:p></table:table-cell>'
