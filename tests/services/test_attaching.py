"""Attachments: which files are taken, where they lie, and who is given them."""

import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image

from kb.rules import limits
from kb.rules.errors import Invalid, NotAllowed, NotFound, NotSignedIn, TooLarge
from kb.rules.pages import Audience
from kb.rules.review_states import State
from kb.rules.roles import SYSTEM, VISITOR, Actor, Role
from kb.services import attaching, editing, reading
from kb.store import events
from kb.store.base import Session
from kb.store.pages import Page
from tests.make import BODY, edit_page, make_actor, make_page, make_story


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


def picture(kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, kind)
    return file.getvalue()


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("name", "content", "media_type", "is_image"),
    [
        ("a.png", picture(), "image/png", True),
        ("a.PNG", picture("JPEG"), "image/jpeg", True),
        ("写真.jpeg", picture("JPEG"), "image/jpeg", True),
        ("a.webp", picture("WEBP"), "image/webp", True),
        # A still GIF is made anew as PNG: smaller, and one format less to trust.
        ("a.gif", picture("GIF"), "image/png", True),
        ("手順.pdf", b"%PDF-1.7 ...", "application/pdf", False),
        ("a.txt", "メモ".encode(), "text/plain; charset=utf-8", False),
        ("a.csv", b"a,b", "text/csv; charset=utf-8", False),
        ("a.zip", b"PK\x03\x04", "application/zip", False),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
def test_a_file_of_a_known_kind_is_kept_under_a_random_name(
    db: Session, folder: Path, operator: Actor, name: str, content: bytes, media_type: str, is_image: bool
) -> None:
    kept = attaching.add(db, folder, make_page(db).id, name, content, by=operator)
    assert (kept.file_name, kept.media_type, kept.is_image, kept.uploaded_by_id) == (
        name,
        media_type,
        is_image,
        operator.id,
    )
    [path] = files(folder)
    assert path.name == kept.storage_name and len(kept.storage_name) == 48
    stored = path.read_bytes()
    assert (len(stored), hashlib.sha256(stored).hexdigest()) == (kept.size, kept.sha256)
    assert stored == content or is_image


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", b"<svg onload=alert(1)>"),
        ("a.png", b""),
        ("a.svg", b"<svg/>"),
        ("a.html", b"<script>"),
        ("a.pdf", b"<html>"),
        ("a.docx", b"not a zip"),
        ("a.exe", b"MZ"),
        ("noending", b"x"),
        ("", b"x"),
        ("../..", b"x"),
        (".png", b"x"),
    ],
)
def test_anything_else_is_refused_before_anything_is_written(
    db: Session, folder: Path, operator: Actor, name: str, content: bytes
) -> None:
    page = make_page(db)
    with pytest.raises(Invalid) as refused:
        attaching.add(db, folder, page.id, name, content, by=operator)
    assert refused.value.field in ("file", None)
    assert files(folder) == []
    assert reading.files_of(db, page.id, viewer=operator) == []


def test_a_file_over_the_limit_is_too_large_and_one_at_the_limit_is_not(
    db: Session, folder: Path, operator: Actor
) -> None:
    page = make_page(db)
    with pytest.raises(TooLarge):
        attaching.add(db, folder, page.id, "a.txt", b"x" * (limits.ATTACHMENT + 1), by=operator)
    attaching.add(db, folder, page.id, "a.txt", b"x" * limits.ATTACHMENT, by=operator)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\temp\\報告.txt", "報告.txt"),
        ("a\nb\x00.txt", "a b.txt"),
        ("  . a .txt", "a .txt"),
        ("長" * 300 + ".txt", "長" * (limits.FILE_NAME - 4) + ".txt"),
    ],
)
def test_a_file_name_has_no_folders_and_no_traps(given: str, kept: str) -> None:
    assert attaching.safe_name(given) == kept


def test_only_staff_attach_and_only_to_pages_they_can_read(db: Session, folder: Path, operator: Actor) -> None:
    with pytest.raises(NotSignedIn):
        attaching.add(db, folder, make_page(db).id, "a.txt", b"x", by=VISITOR)
    for page in (make_page(db, audience=Audience.SV), make_page(db, archived=True)):
        with pytest.raises(NotFound):
            attaching.add(db, folder, page.id, "a.txt", b"x", by=operator)
    assert files(folder) == []


def readers(db: Session, folder: Path, attachment_id: int, *others: Actor) -> str:
    """Who is given the file: c customer, o operator, s SV, then 1, 2 … for the others."""
    people = {"c": VISITOR, "o": make_actor(db), "s": make_actor(db, Role.SV)}
    people |= {str(number): one for number, one in enumerate(others, 1)}
    found = ""
    for key, viewer in people.items():
        try:
            assert attaching.fetch(db, folder, attachment_id, viewer=viewer).path.is_file()
            found += key
        except NotFound:
            pass
    return found


BODIES = {
    "in the public text": ("![図](attachment:{id})", "cos"),
    "as a link with a title": ('[図](attachment:{id} "図")', "cos"),
    "only in a staff block": ("本文\n\n:::staff\n![図](attachment:{id})\n:::", "os"),
    "only in a say block": ("本文\n\n:::say\n![図](attachment:{id})\n:::", "os"),
    "only in an SV block": ("本文\n\n:::sv\n![図](attachment:{id})\n:::", "s"),
    "in an SV block with another spelling": ("本文\n\n:::sv\n![図](attachment:0{id})\n:::", "s"),
    "in a staff and an SV block": ("本文\n\n:::staff\n(attachment:{id})\n:::\n\n:::sv\n(attachment:{id})\n:::", "os"),
    "nowhere": (BODY + "直した", "os"),
    "as the beginning of another number": ("![図](attachment:{id}0)", "os"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_file_is_given_to_whom_the_text_shows_it(db: Session, folder: Path, name: str) -> None:
    body, expected = BODIES[name]
    page = make_page(db)
    attachment_id = attaching.add(db, folder, page.id, "a.png", picture(), by=SYSTEM).id
    edit_page(db, page, body.format(id=attachment_id))
    assert readers(db, folder, attachment_id) == expected
    for role, key in ((Role.OPERATOR, "o"), (Role.SV, "s")):
        listed = reading.files_of(db, page.id, viewer=make_actor(db, role))
        assert [one.id for one in listed] == ([attachment_id] if key in expected else [])


def shown_on(db: Session, folder: Path, page: Page) -> int:
    attachment = attaching.add(db, folder, page.id, "a.png", picture(), by=SYSTEM)
    edit_page(db, page, f"![図](attachment:{attachment.id})")
    return attachment.id


def test_a_file_follows_the_audience_of_its_page(db: Session, folder: Path) -> None:
    page = make_page(db)
    attachment_id = shown_on(db, folder, page)
    assert readers(db, folder, attachment_id) == "cos"
    edit_page(db, page, f"![図](attachment:{attachment_id})", audience=Audience.STAFF)
    assert readers(db, folder, attachment_id) == "os"
    edit_page(db, page, f"![図](attachment:{attachment_id})", audience=Audience.SV)
    assert readers(db, folder, attachment_id) == "s"


def test_a_file_of_an_archived_page_is_gone(db: Session, folder: Path) -> None:
    page = make_page(db)
    attachment_id = shown_on(db, folder, page)
    editing.archive(db, page.id, by=SYSTEM)
    assert readers(db, folder, attachment_id) == ""


def test_a_proposal_shows_customers_no_file(db: Session, folder: Path, operator: Actor) -> None:
    page = make_page(db)
    attachment_id = attaching.add(db, folder, page.id, "a.png", picture(), by=operator).id
    edit_page(db, page, f"![図](attachment:{attachment_id})", by=operator)
    assert readers(db, folder, attachment_id, operator) == "os1"


def test_the_file_of_a_story_is_for_staff_while_it_waits_and_for_its_author_afterwards(
    db: Session, folder: Path, operator: Actor
) -> None:
    story = make_story(db, by=operator)
    attachment_id = attaching.add(db, folder, story.page_id, "a.png", picture(), by=operator).id
    assert readers(db, folder, attachment_id, operator) == "os1"
    story.page.story_revision_id, story.state = None, State.REJECTED
    db.flush()
    db.expire_all()
    assert readers(db, folder, attachment_id, operator) == "1"


def test_a_file_that_was_taken_away_is_gone_for_everybody(db: Session, folder: Path, operator: Actor) -> None:
    page = make_page(db)
    attachment_id = shown_on(db, folder, page)
    other = attaching.add(db, folder, page.id, "b.txt", b"x", by=operator)
    with pytest.raises(NotAllowed):
        attaching.remove(db, attachment_id, by=operator)
    attaching.remove(db, other.id, by=operator)
    attaching.remove(db, attachment_id, by=make_actor(db, Role.SV))
    assert readers(db, folder, attachment_id, operator) == ""
    with pytest.raises(NotFound):
        attaching.remove(db, attachment_id, by=SYSTEM)
    db.flush()
    assert [one.verb for one in events.of_page(db, page.id)].count("file removed") == 2


def test_a_file_that_is_missing_on_the_disk_or_in_the_table_is_not_found(db: Session, folder: Path) -> None:
    attachment_id = shown_on(db, folder, make_page(db))
    for path in files(folder):
        path.unlink()
    for wanted in (attachment_id, 10**6):
        with pytest.raises(NotFound):
            attaching.fetch(db, folder, wanted, viewer=SYSTEM)
