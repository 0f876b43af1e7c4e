"""Settings, read once from the environment; an unknown KB_* name is an error."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from kb.rules.errors import Invalid

PACKAGE = Path(__file__).parent
NAMES = {
    "KB_HOME",
    "KB_DATABASE_URL",
    "KB_SEARCH_URL",
    "KB_SEARCH_CACHE_MB",
    "KB_SECRET_KEY",
    "KB_BASE_URL",
    "KB_RATE_LIMITS",
    "KB_MAIL_PASSWORD",
}
LEAST_CACHE = 16  # megabytes; with less every search reads the disk


def _beside(name: str) -> Path:
    """A folder that lies inside the installed package, or beside it in a checkout."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


@dataclass(frozen=True)
class Settings:
    """Where everything is; `home` holds `var/` and the default `search_index/`.

    `search_cache_mb` bounds what each worker keeps of the index in memory. `base_url` is how the outside reaches the
    app; empty means the address that a request came to.
    """

    home: Path
    database_url: str
    search_url: str
    secret_key: str
    base_url: str
    rate_limits: bool
    search_cache_mb: int = 256
    mail_password: str = field(default="", repr=False)

    @property
    def var(self) -> Path:
        return self.home / "var"

    @property
    def files(self) -> Path:
        """Where attachments lie, under random names."""
        return self.var / "files"

    @property
    def index_folder(self) -> Path:
        """Where the Whoosh index lies."""
        place = Path(self.search_url.partition(":")[2] or "search_index")
        return place if place.is_absolute() else self.home / place

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach the app by https, so that cookies may insist on it."""
        return urlsplit(self.base_url).scheme == "https"


STATIC = _beside("static")
CONTENT = _beside("content")


def read(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this environment; raises Invalid naming the variable at fault."""
    unknown = sorted(name for name in environment if name.startswith("KB_") and name not in NAMES)
    if unknown:
        known = ", ".join(sorted(NAMES))
        raise Invalid("%(name)s という設定はありません。使える設定：%(names)s", name=unknown[0], names=known)
    checkout = PACKAGE.parent if (PACKAGE.parent / "pyproject.toml").is_file() else Path.cwd()
    home = Path(environment.get("KB_HOME") or checkout).resolve()
    search_url = environment.get("KB_SEARCH_URL") or "whoosh:search_index"
    if not search_url.startswith("whoosh:"):
        raise Invalid("KB_SEARCH_URL は whoosh:フォルダ の形で指定してください。")
    cache = environment.get("KB_SEARCH_CACHE_MB") or "256"
    if not (cache.isascii() and cache.isdigit() and len(cache) < 8 and int(cache) >= LEAST_CACHE):
        raise Invalid("KB_SEARCH_CACHE_MB は16以上の整数（メガバイト）で指定してください。")
    base_url = environment.get("KB_BASE_URL") or ""
    if base_url and (urlsplit(base_url).scheme not in ("http", "https") or not urlsplit(base_url).netloc):
        raise Invalid("KB_BASE_URL は https://kb.example.jp の形で指定してください。")
    rates = environment.get("KB_RATE_LIMITS") or "on"
    if rates not in ("on", "off"):
        raise Invalid("KB_RATE_LIMITS は on か off にしてください。")
    return Settings(
        home=home,
        database_url=environment.get("KB_DATABASE_URL") or f"sqlite:///{home / 'var' / 'kb.db'}",
        search_url=search_url,
        secret_key=environment.get("KB_SECRET_KEY") or _kept_secret(home / "var"),
        base_url=base_url.rstrip("/"),
        rate_limits=rates == "on",
        search_cache_mb=int(cache),
        mail_password=environment.get("KB_MAIL_PASSWORD") or "",
    )


def _kept_secret(var: Path) -> str:
    """The machine's own secret, made on first use and readable by its owner alone."""
    try:
        var.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = var / "secret_key"
        if not path.exists():
            part = var / f"secret_key.{secrets.token_hex(4)}"
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(32))
            # A link, not a rename: of two first starts at once, the one that comes second keeps the other's secret.
            try:
                os.link(part, path)
            except FileExistsError:
                pass
            finally:
                part.unlink()
        return path.read_text().strip()
    except OSError as broken:
        raise Invalid(
            "%(folder)s に書き込めません。書き込みの権限を確かめるか、KB_HOME を別の場所にしてください。",
            folder=str(var),
        ) from broken
