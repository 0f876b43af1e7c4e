"""Check what a writer sends before it becomes a revision: one set of rules for form, API and file."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from kb.rules import limits
from kb.rules.errors import Invalid
from kb.rules.pages import Audience, Significance
from kb.store.pages import Revision
from kb.text import block_faults, blocks


@dataclass(frozen=True)
class Text:
    """What one version of a page says; `checked` makes it fit to be stored."""

    title: str
    body: str
    audience: Audience
    phrases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    significance: Significance = Significance.CHANGE
    note: str = ""
    channel: str = ""

    def says_the_same(self, revision: Revision) -> bool:
        """Whether a revision already says all this; the note and the significance are not part of the text."""
        mine = (self.title, self.body, self.audience, list(self.phrases), list(self.tags))
        return mine == (revision.title, revision.body, revision.audience, revision.phrases, revision.tags)


def text_of(revision: Revision) -> Text:
    """The text of a revision, ready to be written again."""
    return Text(
        revision.title,
        revision.body,
        revision.audience,
        tuple(revision.phrases),
        tuple(revision.tags),
        channel=revision.channel,
    )


def checked(text: Text) -> Text:
    """The same text, tidied; raises Invalid with the field at fault when it can't be stored."""
    title = one_line(text.title)
    if not title:
        raise Invalid("題名を書いてください。", field="title")
    if len(title) > limits.TITLE:
        raise Invalid("題名は%(limit)s文字までにしてください。", field="title", limit=limits.TITLE)
    body = blocks.tidy(text.body).strip("\n")
    if not body.strip():
        raise Invalid("本文を書いてください。", field="body")
    if len(body) > limits.BODY:
        raise Invalid("本文は%(limit)s文字までです。記事を分けてください。", field="body", limit=limits.BODY)
    block_faults.check(body)
    return replace(
        text,
        title=title,
        body=body,
        phrases=_few(text.phrases, limits.PHRASES, limits.PHRASE, "phrases", but=title),
        tags=_few(text.tags, limits.TAGS, limits.TAG, "tags"),
        note=one_line(text.note)[: limits.NOTE],
    )


def one_line(text: str) -> str:
    """The text without control characters, its white space folded into single blanks."""
    return " ".join(blocks.tidy(text).split())


def _few(values: Iterable[str], most: int, longest: int, field: str, but: str = "") -> tuple[str, ...]:
    found = tuple(dict.fromkeys(line for line in map(one_line, values) if line and line != but))
    if len(found) > most:
        raise Invalid("%(limit)s個までにしてください。", field=field, limit=most)
    for line in found:
        if len(line) > longest:
            raise Invalid(
                "「%(start)s…」が長すぎます。%(limit)s文字までにしてください。",
                field=field,
                start=line[:12],
                limit=longest,
            )
    return found
