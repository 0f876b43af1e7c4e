"""Attach files to pages: images are made anew, everything else is only ever downloaded."""

import hashlib
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from kb.rules import clock, limits
from kb.rules.errors import Invalid, NotFound, TooLarge
from kb.rules.roles import Actor, Permission, require
from kb.services.checking import one_line
from kb.store import events, pages
from kb.store.attachments import Attachment
from kb.store.base import Session
from kb.store.pages import Page
from kb.text import audience as audiences
from kb.text import images

IMAGES = {"png", "jpg", "jpeg", "gif", "webp"}
# Ending → media type and the bytes that such a file begins with.
OTHERS: dict[str, tuple[str, bytes]] = {
    "pdf": ("application/pdf", b"%PDF-"),
    "txt": ("text/plain; charset=utf-8", b""),
    "csv": ("text/csv; charset=utf-8", b""),
    "zip": ("application/zip", b"PK"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK"),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", b"PK"),
}


@dataclass(frozen=True)
class OpenFile:
    path: Path
    attachment: Attachment


def add(db: Session, folder: Path, page_id: int, file_name: str, content: bytes, *, by: Actor) -> Attachment:
    """Keep a file with a page under a random name; raises Invalid or TooLarge before anything is written."""
    require(by, Permission.ATTACH)
    if pages.get(db, page_id, viewer=by) is None:
        raise NotFound()
    name = safe_name(file_name)
    if not content:
        raise Invalid("ファイルが空です。選び直してください。", field="file")
    if len(content) > limits.ATTACHMENT:
        raise TooLarge("ファイルは%(limit)s MBまでです。", field="file", limit=limits.ATTACHMENT // 1024**2)
    ending = name.rpartition(".")[2].lower()
    if ending in IMAGES:
        image = images.reencode(content)
        content, media_type = image.data, image.media_type
    elif ending in OTHERS and content.startswith(OTHERS[ending][1]):
        media_type = OTHERS[ending][0]
    else:
        raise Invalid(
            "この種類のファイルは添付できません。画像（PNG・JPEG・GIF・WebP）、PDF、テキスト、CSV、ZIP、Officeの文書を選んでください。",
            field="file",
        )
    attachment = Attachment(
        page_id=page_id,
        storage_name=secrets.token_hex(24),
        file_name=name,
        media_type=media_type,
        is_image=ending in IMAGES,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_by_id=by.id,
        uploaded_at=clock.now(),
    )
    db.add(attachment)
    db.flush()
    events.record(db, "file attached", by=by, page_id=page_id, file_name=name)
    _write(folder, attachment.storage_name, content)
    return attachment


def fetch(db: Session, folder: Path, attachment_id: int, *, viewer: Actor) -> OpenFile:
    """The file, if the reader may see its page; customers only what the public text of the page shows."""
    attachment = db.get(Attachment, attachment_id)
    if attachment is None or attachment.removed_at is not None:
        raise NotFound()
    page = pages.get(db, attachment.page_id, viewer=viewer)
    own_draft = viewer.id is not None and attachment.uploaded_by_id == viewer.id
    if page is None and not own_draft:
        raise NotFound()
    if page is not None and not own_draft and not is_open(page, attachment.id, viewer=viewer):
        raise NotFound()
    path = folder / attachment.storage_name[:2] / attachment.storage_name
    if not path.is_file():
        raise NotFound()
    return OpenFile(path, attachment)


def is_open(page: Page, attachment_id: int, *, viewer: Actor) -> bool:
    """Whether the page shows a file to this reader: customers what they read shows, staff also what nothing shows yet.

    A file that stands only in blocks hidden from the reader is hidden with them.
    """
    body = page.shown.body if page.shown else ""
    mention = re.compile(rf"\battachment:0*{attachment_id}(?!\d)")
    if mention.search(audiences.cut(body, viewer.audience)):
        return True
    return viewer.is_staff and mention.search(body) is None


def remove(db: Session, attachment_id: int, *, by: Actor) -> Attachment:
    """Take a file away from its page; the bytes stay for the history until they are swept."""
    require(by, Permission.ATTACH)
    attachment = db.get(Attachment, attachment_id)
    if attachment is None or attachment.removed_at is not None:
        raise NotFound()
    page = pages.get(db, attachment.page_id, viewer=by)
    if page is None or not is_open(page, attachment.id, viewer=by):
        raise NotFound()
    if attachment.uploaded_by_id != by.id:
        require(by, Permission.PUBLISH)
    attachment.removed_at = clock.now()
    events.record(db, "file removed", by=by, page_id=attachment.page_id, file_name=attachment.file_name)
    return attachment


def safe_name(file_name: str) -> str:
    """The name to show and to offer for saving: no folders, no control characters, not longer than the limit."""
    last = re.split(r"[/\\]", one_line(file_name))[-1].strip(". ")
    if not last or "." not in last:
        raise Invalid("ファイルの名前に拡張子（.png など）を付けてください。", field="file")
    stem, _, ending = last.rpartition(".")
    return f"{stem[: limits.FILE_NAME - len(ending) - 1]}.{ending}"


def _write(folder: Path, name: str, content: bytes) -> None:
    place = folder / name[:2]
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = place / f"{name}.part"
    with open(part, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(place / name)
