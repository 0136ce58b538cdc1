"""A chart is drawn from the figures that stand in it: no address is read, no file, whatever a specification names."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chassis.errors import UnsafeChart
from chassis.web.charts import to_svg

POINT: dict[str, Any] = {"mark": "point", "encoding": {"x": {"field": "a", "type": "quantitative"}}}


class Listening(http.server.HTTPServer):
    """Answers every question with one figure, and remembers that it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.asked: list[str] = []


class Answer(http.server.BaseHTTPRequestHandler):
    """One figure for everybody."""

    server: Listening

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'[{"a": 1}]')

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def elsewhere() -> Iterator[Listening]:
    with Listening() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_figures_at_an_address_are_not_fetched(elsewhere: Listening) -> None:
    address = f"http://127.0.0.1:{elsewhere.server_port}/figures.json"

    with pytest.raises(UnsafeChart, match="own figures alone"):
        to_svg({**POINT, "data": {"url": address}})

    assert elsewhere.asked == []


def test_a_file_of_this_machine_is_not_read(tmp_path: Path) -> None:
    words = {"mark": "text", "encoding": {"text": {"field": "a"}}}
    (tmp_path / "figures.json").write_text('[{"a": "told"}]')

    drawn = to_svg({**words, "data": {"url": (tmp_path / "figures.json").as_uri()}})
    with pytest.raises(UnsafeChart) as refused:
        to_svg({**words, "data": {"url": str(tmp_path / "figures.json")}})

    assert "told" in to_svg({**words, "data": {"values": [{"a": "told"}]}})
    assert "told" not in drawn
    assert "told" not in str(refused.value)


def test_figures_of_its_own_are_drawn() -> None:
    assert to_svg({**POINT, "data": {"values": [{"a": 1}]}}).startswith('<svg aria-hidden="true"')
