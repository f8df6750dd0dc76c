"""A person at a browser without scripts: pages, links, forms as they stand, cookies, files; over real HTTP to one or more web processes."""

import http.client
import itertools
import json
import re
import time
import uuid
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit


@dataclass
class Form:
    """What a form would send as it stands; a select offers its options by their words."""

    action: str
    multipart: bool = False
    values: list[tuple[str, str]] = field(default_factory=list)
    options: dict[str, dict[str, str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)

    def value(self, name: str) -> str:
        return next((value for key, value in self.values if key == name), "")

    def option(self, name: str, words: str) -> str:
        """The value of the option that says `words`."""
        return next(value for said, value in self.options[name].items() if words in said)


class _Forms(HTMLParser):
    """Forms, their fields and the fields elsewhere that name them by `form=`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.by_id: dict[str, Form] = {}
        self.now: Form | None = None
        self.select: tuple[Form, str] | None = None
        self.option: list | None = None
        self.area: list | None = None

    def handle_starttag(self, tag, attrs):
        given = {key: value or "" for key, value in attrs}
        if tag == "form":
            self.now = Form(given.get("action", ""), given.get("enctype", "").startswith("multipart"))
            self.forms.append(self.now)
            if "id" in given:
                self.by_id[given["id"]] = self.now
            return
        form = self.by_id.get(given.get("form", ""), self.now)
        if form is None:
            return
        name = given.get("name", "")
        if tag == "input" and name:
            kind = given.get("type", "text")
            if kind == "file":
                form.files.append(name)
            elif kind not in ("submit", "button") and (kind not in ("checkbox", "radio") or "checked" in given):
                form.values.append((name, given.get("value", "on" if kind in ("checkbox", "radio") else "")))
        elif tag == "textarea" and name:
            self.area = [form, name, ""]
        elif tag == "select" and name:
            self.select = (form, name)
            form.options[name] = {}
        elif tag == "option" and self.select:
            self.option = [given.get("value", ""), "", "selected" in given]

    def handle_data(self, data):
        if self.area:
            self.area[2] += data
        if self.option:
            self.option[1] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.now = None
        elif tag == "textarea" and self.area:
            form, name, text = self.area
            form.values.append((name, text.removeprefix("\n")))
            self.area = None
        elif tag == "option" and self.option:
            form, name = self.select
            value, words, chosen = self.option
            form.options[name][words.strip()] = value
            if chosen:
                form.values.append((name, value))
            self.option = None
        elif tag == "select":
            self.select = None


@dataclass
class Page:
    """An answer, after redirects."""

    status: int
    path: str
    headers: dict
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode("utf8", "replace")

    @property
    def words(self) -> str:
        """What is read, without markup."""
        bare = re.sub(r"(?s)<(script|style).*?</\1>", " ", self.text)
        return " ".join(re.sub(r"<[^>]+>", " ", bare).split())

    def json(self):
        return json.loads(self.content)

    def forms(self) -> list[Form]:
        reader = _Forms()
        reader.feed(self.text)
        return reader.forms

    def form(self, action: str = "") -> Form:
        """The form whose address ends with `action`; without one, the first that has an own token and is not of the frame."""
        for form in self.forms():
            if action and urlsplit(form.action).path.endswith(action):
                return form
            if not action and not form.action and form.value("csrfmiddlewaretoken"):
                return form
        raise AssertionError(f"{self.path}: no form {action!r} among {[form.action for form in self.forms()]}: {self.words[:600]}")

    def links(self, pattern: str) -> list[str]:
        return list(dict.fromkeys(re.findall(rf'href="({pattern})"', self.text)))


class Visitor:
    """One person. `https` says what the reverse proxy would say; several addresses are visited in turn."""

    def __init__(self, *addresses: str, https: bool = False) -> None:
        self.turn = itertools.cycle(addresses)
        self.https = https
        self.cookies: dict[str, str] = {}
        self.page: Page | None = None

    def get(self, path: str, **headers: str) -> Page:
        return self._go("GET", path, None, headers)

    def post(
        self, path: str, values: list[tuple[str, str]], files: list[tuple[str, str, bytes, str]] = (), multipart: bool = False
    ) -> Page:
        """`files`: (field, name, bytes, type). Follows redirects, as a browser does."""
        if files or multipart:
            mark = uuid.uuid4().hex
            parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode() for key, value in values]
            for key, name, data, kind in files:
                head = f'--{mark}\r\nContent-Disposition: form-data; name="{key}"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'
                parts.append(head.encode() + data + b"\r\n")
            body, kind = b"".join(parts) + f"--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"
        else:
            body, kind = urlencode(values).encode(), "application/x-www-form-urlencoded"
        return self._go("POST", path, body, {"Content-Type": kind})

    def send(self, page: Page, form: Form, files=(), **changes) -> Page:
        """Send a form of a page as it stands, with changes; a list sends a name several times, None leaves it out."""
        values = [(key, value) for key, value in form.values if key not in changes]
        for key, value in changes.items():
            values += [(key, str(one)) for one in (value if isinstance(value, list) else [value]) if one is not None]
        return self.post(urljoin(page.path, form.action or page.path), values, files, form.multipart)

    def login(self, username: str, password: str) -> Page:
        page = self.get("/login/")
        page = self.send(page, page.form(), username=username, password=password)
        assert "/login/" not in page.path, page.words[:400]
        return page

    def _go(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Page:
        for _ in range(6):
            page = self._once(method, path, body, headers)
            if page.status not in (301, 302, 303):
                self.page = page
                return page
            where = urlsplit(urljoin(path, page.headers["location"]))
            path = where.path + (f"?{where.query}" if where.query else "")
            method, body, headers = "GET", None, {}
        raise AssertionError(f"redirected for ever: {path}")

    def _once(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Page:
        host = urlsplit(next(self.turn)).netloc
        scheme = "https" if self.https else "http"
        sent = {
            "Cookie": "; ".join(f"{key}={value}" for key, value in self.cookies.items()),
            "Referer": f"{scheme}://{host}{path}",
            **headers,
        }
        if self.https:
            sent["X-Forwarded-Proto"] = "https"
        connection = http.client.HTTPConnection(host, timeout=120)
        try:
            connection.request(method, path, body, {key: value for key, value in sent.items() if value})
            answer = connection.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie") or []:
                name, _, value = cookie.split(";")[0].partition("=")
                self.cookies[name.strip()] = value.strip('"')
                if not value.strip('"'):
                    del self.cookies[name.strip()]
            return Page(answer.status, path, {key.lower(): value for key, value in answer.headers.items()}, answer.read())
        finally:
            connection.close()


def until(condition, seconds: float = 120, every: float = 0.3):
    """What `condition` answers, once it is something. Raises AssertionError."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(every)
    return found
