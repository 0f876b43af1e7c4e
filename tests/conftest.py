"""What every test may ask for: a real database, an index, a house, an app, and browsers that are signed in."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from kb.app import create_app
from kb.config import Settings
from kb.rules import clock as real_clock
from kb.rules.roles import Actor, Role
from kb.search.memory_index import MemoryIndex
from kb.services import accounts
from kb.services.house import House
from kb.store import schema, users
from kb.store.base import Session, Store, open_store
from kb.text.rendering import Renderer
from tests.make import make_user


class StoppedClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.time = datetime(2030, 4, 1, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def advance(self, **amount: float) -> None:
        """Go on by some `seconds`, `minutes`, `hours` or `days`."""
        self.time += timedelta(**amount)


class Browser(FlaskClient):
    """A browser: `submit` sends a form with its CSRF token, as a page of the app would. `actor` is who is signed in."""

    actor: Actor | None = None

    def token(self) -> str:
        """A fresh CSRF token of this browser's session."""
        answer = self.get("/ja/sign-in/token")
        assert answer.status_code == 200, answer.status
        return str(answer.get_json()["csrf_token"])

    def submit(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
        """POST a form with its token."""
        return self.post(path, data={**(data or {}), "csrf_token": self.token()}, **more)


@pytest.fixture(scope="session", autouse=True)
def addresses_compiled_once() -> Iterator[None]:
    """The apps of all tests have the same addresses, and Werkzeug takes a sixth of a second to compile them."""
    compiled: dict[tuple[object, ...], Any] = {}
    honest = Rule._compile_builder

    def compile_builder(rule: Rule, append_unknown: bool = True) -> Any:
        known = (rule.rule, tuple(rule._trace), tuple((rule.defaults or {}).items()), append_unknown)
        if known not in compiled:
            compiled[known] = honest(rule, append_unknown)
        return compiled[known]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", compile_builder)
        yield


@pytest.fixture(scope="session")
def template_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database at the newest schema, made once; each test works on a copy of it."""
    path = tmp_path_factory.mktemp("template") / "kb.db"
    store = open_store(f"sqlite:///{path}")
    schema.upgrade(store)
    store.close()
    assert not path.with_name("kb.db-wal").exists()
    return path


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One pair of engines for all tests: what they have compiled once need not be compiled for every test again."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('database') / 'kb.db'}")
    yield store
    store.close()


@pytest.fixture
def database(engines: Store, template_database: Path) -> str:
    """The address of this test's own database: a new file in place of the last test's."""
    path = Path(str(engines.writer.url.database))
    for name in ("kb.db", "kb.db-wal", "kb.db-shm"):
        path.with_name(name).unlink(missing_ok=True)
    shutil.copyfile(template_database, path)
    return f"sqlite:///{path}"


@pytest.fixture
def store(engines: Store, database: str) -> Iterator[Store]:
    yield engines
    engines.close()


@pytest.fixture
def db(store: Store) -> Iterator[Session]:
    """A session that writes. Commit before anybody else is to see it: until then it holds the one write lock."""
    with store.session(write=True) as session:
        yield session


@pytest.fixture
def index() -> MemoryIndex:
    return MemoryIndex()


@pytest.fixture(scope="session")
def renderer() -> Iterator[Renderer]:
    renderer = Renderer(None)
    yield renderer
    renderer.close()


@pytest.fixture
def house(store: Store, index: MemoryIndex, renderer: Renderer, tmp_path: Path) -> House:
    return House(store, index, renderer, tmp_path / "files", MemoryIndex)


@pytest.fixture
def settings(tmp_path: Path, database: str) -> Settings:
    return Settings(
        home=tmp_path,
        database_url=database,
        search_url="whoosh:search_index",
        secret_key="a secret for tests only",
        base_url="http://localhost",
        rate_limits=False,
    )


@pytest.fixture
def app(settings: Settings, house: House) -> Flask:
    """The whole app on this test's house; CSRF stays on, as in real life."""
    app = create_app(settings, house)
    app.testing = True
    app.test_client_class = Browser
    return app


@pytest.fixture
def client(app: Flask) -> Browser:
    """A visitor's browser."""
    return app.test_client()  # type: ignore[return-value]


@pytest.fixture
def sign_in(app: Flask, store: Store) -> Callable[[Role], Browser]:
    """A function that gives a new browser, signed in as the one person of a role (made on first use)."""

    def browser(role: Role) -> Browser:
        with store.writing() as session:
            user = users.by_name(session, role.value) or make_user(session, role, name=role.value)
            identity, actor = accounts.identity_of(user), user.actor
        client: Any = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = identity, True
        client.actor = actor
        return client  # type: ignore[no-any-return]

    return browser


@pytest.fixture
def as_operator(sign_in: Callable[[Role], Browser]) -> Browser:
    return sign_in(Role.OPERATOR)


@pytest.fixture
def as_sv(sign_in: Callable[[Role], Browser]) -> Browser:
    return sign_in(Role.SV)


@pytest.fixture
def as_admin(sign_in: Callable[[Role], Browser]) -> Browser:
    return sign_in(Role.ADMIN)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> StoppedClock:
    """The one stand-in that tests may use: `clock.advance(minutes=15)`."""
    stopped = StoppedClock()
    monkeypatch.setattr(real_clock, "now", stopped.now)
    return stopped
