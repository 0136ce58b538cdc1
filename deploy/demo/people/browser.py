"""A person using our pages in a browser's manner: opens pages, reads the form, sends it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import TracebackType

import httpx

from chassis.http.authorities import authorities
from deploy.demo.errors import StepFailed
from deploy.demo.patience import ANSWER_WITHIN_S


@dataclass(slots=True)
class Form:
    """One form of a page: where it goes and its hidden fields."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form" and values.get("method", "").lower() == "post":
            self.forms.append(Form(values.get("action", "")))
        elif tag == "input" and self.forms and values.get("type") == "hidden":
            self.forms[-1].fields[values["name"]] = values.get("value", "")


def forms_of(page: str) -> list[Form]:
    """Return the POST forms of an HTML page in order."""
    parser = _Forms()
    parser.feed(page)
    return parser.forms


class BrowserSession:
    """One person's visit: signed in through the demo door, then nothing but pages and forms."""

    def __init__(self, base_url: str, persona: dict[str, str]) -> None:
        self._http = httpx.Client(
            base_url=base_url,
            follow_redirects=True,
            headers={"Origin": base_url},
            timeout=ANSWER_WITHIN_S,
            verify=authorities(of_environment=True),
        )
        self._ok(self._http.post("/demo/sign-in", data=persona))

    def __enter__(self) -> "BrowserSession":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def page(self, path: str) -> str:
        """Return the HTML of one page."""
        return self._ok(self._http.get(path)).text

    def send(self, path: str, action: str, fields: dict[str, str]) -> httpx.Response:
        """Open `path`, fill the form that goes to `action` with `fields`, send it, and return the page that follows."""
        return self.submit(self.page(path), action, fields)

    def submit(self, page: str, action: str, fields: dict[str, str]) -> httpx.Response:
        """Send the form of `page` that goes to `action`, its hidden fields kept."""
        for form in forms_of(page):
            if form.action == action:
                return self._ok(self._http.post(action, data=form.fields | fields))
        raise StepFailed(f"expected a form that goes to {action}")

    def send_matching(self, path: str, action: str, match: dict[str, str]) -> httpx.Response:
        """Send, as it stands, the form of `path` that goes to `action` and holds the hidden fields `match`."""
        for form in forms_of(self.page(path)):
            if form.action == action and match.items() <= form.fields.items():
                return self._ok(self._http.post(action, data=form.fields))
        raise StepFailed(f"expected a form that goes to {action}")

    @staticmethod
    def _ok(response: httpx.Response) -> httpx.Response:
        if response.status_code != 200:
            raise StepFailed(f"{response.request.method} {response.request.url.path} gave {response.status_code}")
        return response
