"""Nothing in the repository names a place on somebody's machine, or where packages come from."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Lock → how many hashes it has at least.
LOCKS = {"requirements.lock": 30, "requirements-test.lock": 30, "requirements-whoosh2.lock": 1}
# A system's own folders (/usr, /etc, /dev) are the same everywhere; these are not.
MACHINE = re.compile(rb"(?<![\w.)\]}>*-])/(?:work|root|home|Users|mnt|srv|opt|workspace)/[\w.]|\b[A-Z]:\\[Uu]sers\\")
INDEX = re.compile(
    rb"index-ur[l]|find-link[s]|trusted-hos[t]|registry[=]|file:[/]//|(?:https?:)?//[\w.:@-]*(?:pypi|pythonhosted|npmjs|artifactory|nexus)"
    rb"[\w.:-]*|https?://[^\s\"')]*/simple\b"
)


def tracked(root: Path) -> list[Path]:
    """The files that git has, or would have."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
    return [root / name for name in names if name and (root / name).is_file()]


def faults(content: bytes) -> list[str]:
    """The places and the index addresses that a file names."""
    return [match[0].decode("utf-8", "replace") for pattern in (MACHINE, INDEX) for match in pattern.finditer(content)]


def lock_faults(text: str) -> list[str]:
    """Requirements that are not pinned to one version with a hash, and anything that looks like an address."""
    found = [line for line in text.splitlines() if "://" in line or line.startswith("-")]
    joined = text.replace("\\\n", " ")
    for line in joined.splitlines():
        name = line.strip()
        pinned = re.match(r"[A-Za-z0-9._-]+(\[[\w,-]+\])?==[\w.!+-]+( ;[^#]*?)?\s+--hash=sha256:[0-9a-f]{64}", name)
        if name and not name.startswith("#") and not pinned:
            found.append(name[:60])
    return found


def test_no_file_names_a_machine_or_an_index() -> None:
    files = tracked(ROOT)
    assert len(files) > 200
    assert {str(path.relative_to(ROOT)): found for path in files if (found := faults(path.read_bytes()))} == {}


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_requirement_has_one_version_and_its_hashes(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert text.count("--hash=sha256:") >= LOCKS[name]
    assert lock_faults(text) == []


@pytest.mark.parametrize(
    "planted",
    [
        "open('/{}/main/kb.db')".format("work"),
        "PATH=/{}/someone/bin".format("home"),
        r"C:\{}\someone".format("Users"),
        "--{}-url here".format("index"),
        "see https://{}.org/project/kb".format("pypi"),
        "http://mirror.local/root/py/{}/kb".format("simple"),
    ],
)
def test_a_planted_place_is_seen(planted: str) -> None:
    assert faults(planted.encode())


@pytest.mark.parametrize("harmless", ["faq/home.html", "url_for('faq.home')", "/ja/", "/usr/bin/chromium", "kb/web/"])
def test_an_ordinary_path_is_left_alone(harmless: str) -> None:
    assert faults(harmless.encode()) == []


@pytest.mark.parametrize(
    "planted",
    [
        "flask==3.1.3",
        "flask>=3.1 \\\n    --hash=sha256:" + "0" * 64,
        "flask @ https://example.org/flask.whl",
        "-r other.txt",
        "--no-binary flask",
    ],
)
def test_a_loose_requirement_is_seen(planted: str) -> None:
    assert lock_faults(planted)
