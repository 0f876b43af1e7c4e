"""The small house of tests/web/world.py, made once a file; and templates that are compiled once a run."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache

from kb.services import passwords
from kb.text.rendering import Renderer
from tests import make
from tests.web.world import World, build


class Kept(BytecodeCache):
    """Compiled templates, shared by the apps of all tests: each would compile them anew."""

    def __init__(self) -> None:
        self.compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.compiled:
            bucket.bytecode_from_string(self.compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.compiled[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture(scope="module", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """The same Argon2 at its lowest cost: these tests sign in some hundred times, and none is about the cost."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    make.password_hash.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", cheap)
        patch.setattr(passwords, "_nobody", cheap.hash("nobody knows this"))
        yield
    make.password_hash.cache_clear()


@pytest.fixture(scope="session")
def compiled() -> Kept:
    return Kept()


@pytest.fixture
def app(app: Flask, compiled: Kept) -> Flask:
    app.jinja_env.bytecode_cache = compiled
    return app


@pytest.fixture(scope="module")
def world(
    tmp_path_factory: pytest.TempPathFactory, template_database: Path, renderer: Renderer, compiled: Kept
) -> Iterator[World]:
    """A house with a hidden word in every place; tests that share it must leave it as it is."""
    folder = tmp_path_factory.mktemp("world")
    shutil.copyfile(template_database, folder / "kb.db")
    made = build(f"sqlite:///{folder / 'kb.db'}", folder, renderer)
    made.app.jinja_env.bytecode_cache = compiled
    yield made
    made.store.close()
