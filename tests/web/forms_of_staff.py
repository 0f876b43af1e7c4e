"""Every form by which staff store free text: with what a test fills it, or why nobody is asked about it."""

from dataclasses import dataclass
from typing import Any

from tests.web.secrets import AUTHOR, OPERATOR, SV

STORY = {"action": "submit", "title": "届かない話", "words": "まだですか", "done": "調べた"}
PAGE = {"action": "save", "title": "配送の話", "body": "三日です。", "audience": "staff", "kind": "faq"}

CHECKED = dict.fromkeys(("found", "one_idea", "complete", "audience", "private", "spoken"), "yes")


@dataclass(frozen=True)
class Case:
    """A form that stores free text: who sends it, where to ({page}, {story}, …), its fields; NUMBER goes in for {}."""

    who: str
    path: str
    fields: dict[str, Any]


# Every form of staff in the table stands here or below; what is not here stores no free text, or says why it may.
ASKED = {
    "stories.write": [Case(AUTHOR, "stories/new", STORY | {"done": "{}に折り返した"})],
    "stories.act": [Case(AUTHOR, "stories/{story}", {"action": "comment", "comment": "{}でした"})],
    "pages.act": [Case(SV, "pages/{page}", {"action": "archive", "reason": "{}から苦情"})],
    "editor.create": [
        Case(SV, "pages/new", PAGE | {"phrases": "折り返しは{}"}),
        Case(SV, "pages/new", PAGE | {"title": "{}さま宛て"}),
    ],
    "editor.save": [
        Case(SV, "pages/{other}/edit", PAGE | {"base": "{base}", "note": "{}のお客様から"}),
        Case(AUTHOR, "pages/{other}/edit", PAGE | {"action": "propose", "base": "{base}", "phrases": "{}へ"}),
    ],
    "review.decide": [
        Case(SV, "review/{story}", {"decision": "comment", "comment": "{}のことです"}),
        Case(SV, "review/{story}", {"decision": "return", "revision": "{story}", "reason": "{}を消してください"}),
    ],
    "review.decide_gap": [
        Case(SV, "review/gaps/{gap}", {"action": "dismiss", "reason": "{}に伝えた"}),
        Case(SV, "review/gaps/{gap}", {"action": "synonym", "line": "{}への電話"}),
    ],
    "merging.merge_into": [
        Case(SV, "review/{story}/merge", PAGE | {"into": "{other}", "base": "{base}", "reason": "{}の件"}),
        Case(SV, "review/{story}/merge", PAGE | {"into": "{other}", "base": "{base}", "body": "{}に送る。"}),
    ],
    "merging.make_faq": [
        Case(SV, "review/{story}/faq", PAGE | {"title": "{n}つ目の話", "thanks": "{}までお礼を"}),
        Case(SV, "review/{story}/faq", PAGE | {"title": "{n}つ目の話", "body": "{}に送る。"}),
        Case(SV, "review/{story}/faq", PAGE | {"title": "{n}つ目の話", "inside": "{}のお客様の話。"}),
    ],
    "merging.mark_duplicate": [
        Case(SV, "review/{story}/duplicate", {"of": "{other}", "reason": "{}と同じ"}),
        Case(SV, "review/{story}/duplicate", {"of": "{other}", "reason": "同じ", "wording": "{}に着きますか"}),
    ],
    "synonyms.act": [Case(SV, "synonyms", {"action": "add", "line": "送料{n}＝運賃{n}", "note": "{}から聞いた"})],
    "inquiries.act": [Case(OPERATOR, "inquiries/1", {"action": "close", "note": "{}に電話した"})],
    "calling.act": [Case(OPERATOR, "call/act", {"action": "set", "memo": "{}に折り返す"})],
    "help.send_flag": [Case(OPERATOR, "call/flag", {"page": "{other}", "fault": "wrong", "words": "{}のお客様から"})],
    "help.send_gap": [Case(OPERATOR, "call/gap", {"action": "ask", "words": "届かない", "question": "{}に何と言う"})],
    "help.send_handover": [Case(OPERATOR, "call/handover", {"wish": "{}に電話がほしい", "mood": "calm"})],
    "help.keep_record": [Case(OPERATOR, "call/harassment", {"action": "send", "ending": "calmed", "line": "{}から"})],
    "help.act": [Case(SV, "requests/{request}", {"action": "answer", "answer": "{}に電話して"})],
    "help.close_flag": [Case(SV, "requests/flags/{flag}", {"action": "reply", "state": "fixed", "reply": "{}です"})],
    "looks.decide": [
        Case(SV, "looks/{flagged}", {"action": "keep", "reason": "{}に確かめた", "seen": "0", "revision": "{read}"})
    ],
    "sampling.finish": [Case(SV, "samples/{sample}", CHECKED | {"note": "{}を消してください"})],
    "sessions.keep_sheet": [Case(AUTHOR, "sessions/{session}/sheet", {"story": "{told}", "felt": "{}からの電話"})],
    "sessions.note": [Case(SV, "sessions/{session}/notes", {"kind": "fact", "words": "{}からの電話"})],
    "voices.act": [
        Case(SV, "voices", {"action": "raise", "words": "{}に返事がほしい"}),
        Case(SV, "voices", {"action": "answer", "id": "{voice}", "answer": "{}に伝えた"}),
    ],
}
NEVER_ASKED = {
    "calling.keep": "A call goes on while it is written down: everything is masked at once, and its texts come back.",
    "editor.keep": "A draft is its writer's own, and is dropped once it was sent: then it is asked about.",
    "editor.preview": "It stores nothing.",
    "stories.look_alikes": "It stores nothing.",
    "synonyms.preview": "It stores nothing.",
    "merging.mark_contradiction": "It takes words of the page alone.",
    "review.hold": "No free text.",
    "messages.open": "No free text.",
    "messages.read_all": "No free text.",
    "messages.ways": "A colleague's own address, to which they want their messages.",
    "sessions.plan": "A title and a place for colleagues; its stories were asked about when they were written.",
    "sessions.change": "A title and a place for colleagues; its stories were asked about when they were written.",
    "sessions.act": "No free text.",
    "sessions.move": "No free text.",
    "sessions.settle": "It takes what was noted, and was asked about then.",
    "voices.act_task": "No free text.",
    "history.revert": "It takes no text: an earlier version was asked about when it was written.",
    "notices.act": "Numbers of the firm belong into notices, which an SV writes for many.",
    "settings.change": "Numbers of the firm.",
    "admin.act": "Names of colleagues.",
    "shortcuts.save": "No free text.",
    "at_hand.favourite": "No free text.",
    "at_hand.confirm": "No free text.",
    "help.act_mine": "No free text.",
    "sign_in.change_password": "Nothing of it is stored as it was typed.",
}
