"""Who may reach which address: one table; an address without a row is refused and fails the build."""

from dataclasses import dataclass

from flask import Flask, request

from kb.rules.errors import NotFound
from kb.rules.roles import Permission, require
from kb.web import same_origin
from kb.web.forms import BIGGEST
from kb.web.house import actor


@dataclass(frozen=True)
class Rule:
    """`needs` is None for everybody; `by_origin`: a visitors' form, asked for its origin and not for a token."""

    needs: Permission | None
    methods: tuple[str, ...] = ("GET",)
    by_origin: bool = False


POST = ("POST",)
EVERYBODY = Rule(None)
STAFF = Rule(Permission.READ_STAFF)

POLICY: dict[str, Rule] = {
    "static": EVERYBODY,
    "faq.door": EVERYBODY,
    "faq.home": EVERYBODY,
    "faq.page": EVERYBODY,
    "faq.search": EVERYBODY,
    "faq.suggest": EVERYBODY,
    "faq.category": EVERYBODY,
    "faq.inquiry": EVERYBODY,
    "faq.send_inquiry": Rule(None, POST, by_origin=True),
    "faq.inquiry_answers": Rule(None, POST, by_origin=True),
    "faq.feed": EVERYBODY,
    "faq.sitemap": EVERYBODY,
    "faq.sitemap_part": EVERYBODY,
    "faq.open_search": EVERYBODY,
    "faq.open_search_suggest": EVERYBODY,
    "faq.robots": EVERYBODY,
    "faq.manifest": EVERYBODY,
    "faq.icon": EVERYBODY,
    "faq.accessibility": EVERYBODY,
    "faq.vote": Rule(None, POST, by_origin=True),
    "faq.voted": EVERYBODY,
    "faq.seen": Rule(None, POST, by_origin=True),
    "files.show": EVERYBODY,
    "health.live": EVERYBODY,
    "health.ready": EVERYBODY,
    "sign_in.form": EVERYBODY,
    "sign_in.token": EVERYBODY,
    "sign_in.enter": Rule(None, POST),
    "sign_in.here": Rule(None, POST),
    "sign_in.resume": Rule(None, POST),
    "sign_in.out": Rule(None, POST),
    "sign_in.password": STAFF,
    "sign_in.change_password": Rule(Permission.READ_STAFF, POST),
    "shortcuts.show": STAFF,
    "shortcuts.save": Rule(Permission.READ_STAFF, POST),
    "console.search": STAFF,
    "console.suggest": STAFF,
    "console.preview": STAFF,
    "calling.keep": Rule(Permission.TAKE_CALLS, POST),
    "calling.act": Rule(Permission.TAKE_CALLS, POST),
    "why.show": STAFF,
    "call.show": Rule(Permission.TAKE_CALLS),
    "call.preview": Rule(Permission.TAKE_CALLS),
    "at_hand.favourite": Rule(Permission.READ_STAFF, POST),
    "at_hand.confirm": Rule(Permission.TAKE_CALLS, POST),
    "calls.index": Rule(Permission.READ_CALLS),
    "calls.export": Rule(Permission.EXPORT),
    "calls.show": Rule(Permission.TAKE_CALLS),
    "pages.index": STAFF,
    "pages.show": STAFF,
    "pages.act": Rule(Permission.ATTACH, POST),
    "pages.links": STAFF,
    "pages.votes": Rule(Permission.REVIEW),
    "pages.export": Rule(Permission.EXPORT),
    "history.index": Rule(Permission.READ_HISTORY),
    "history.revert": Rule(Permission.PROPOSE, POST),
    "history.compare": Rule(Permission.READ_HISTORY),
    "history.show": Rule(Permission.READ_HISTORY),
    "editor.new": Rule(Permission.PUBLISH),
    "editor.create": Rule(Permission.PUBLISH, POST),
    "editor.edit": Rule(Permission.PROPOSE),
    "editor.save": Rule(Permission.PROPOSE, POST),
    "editor.preview": Rule(Permission.PROPOSE, POST),
    "editor.keep": Rule(Permission.PROPOSE, POST),
    "stories.index": Rule(Permission.WRITE_STORY),
    "stories.new": Rule(Permission.WRITE_STORY),
    "stories.write": Rule(Permission.WRITE_STORY, POST),
    "stories.show": Rule(Permission.WRITE_STORY),
    "stories.act": Rule(Permission.WRITE_STORY, POST),
    "stories.look_alikes": Rule(Permission.WRITE_STORY, POST),
    "review.queue": Rule(Permission.REVIEW),
    "review.hold": Rule(Permission.REVIEW, POST),
    "review.help": Rule(Permission.HELP),
    "review.flag": Rule(Permission.HELP),
    "review.gap": Rule(Permission.REVIEW),
    "review.decide_gap": Rule(Permission.REVIEW, POST),
    "review.show": Rule(Permission.REVIEW),
    "review.decide": Rule(Permission.REVIEW, POST),
    "merging.merge": Rule(Permission.REVIEW),
    "merging.merge_into": Rule(Permission.REVIEW, POST),
    "merging.faq": Rule(Permission.REVIEW),
    "merging.make_faq": Rule(Permission.REVIEW, POST),
    "merging.duplicate": Rule(Permission.REVIEW),
    "merging.mark_duplicate": Rule(Permission.REVIEW, POST),
    "merging.contradict": Rule(Permission.REVIEW),
    "merging.mark_contradiction": Rule(Permission.REVIEW, POST),
    "sessions.index": STAFF,
    "sessions.new": Rule(Permission.HOLD_SESSIONS),
    "sessions.plan": Rule(Permission.HOLD_SESSIONS, POST),
    "sessions.show": STAFF,
    "sessions.act": Rule(Permission.HOLD_SESSIONS, POST),
    "sessions.edit": Rule(Permission.HOLD_SESSIONS),
    "sessions.change": Rule(Permission.HOLD_SESSIONS, POST),
    "sessions.sheet": STAFF,
    "sessions.keep_sheet": Rule(Permission.READ_STAFF, POST),
    "sessions.calendar": STAFF,
    "sessions.stage": Rule(Permission.HOLD_SESSIONS),
    "sessions.move": Rule(Permission.HOLD_SESSIONS, POST),
    "sessions.note": Rule(Permission.HOLD_SESSIONS, POST),
    "sessions.conclude": Rule(Permission.HOLD_SESSIONS),
    "sessions.settle": Rule(Permission.HOLD_SESSIONS, POST),
    "voices.index": Rule(Permission.ANSWER_VOICES),
    "voices.act": Rule(Permission.ANSWER_VOICES, POST),
    "voices.export": Rule(Permission.EXPORT),
    "voices.tasks": STAFF,
    "voices.act_task": Rule(Permission.READ_STAFF, POST),
    "sampling.index": Rule(Permission.SAMPLE),
    "sampling.show": Rule(Permission.SAMPLE),
    "sampling.finish": Rule(Permission.SAMPLE, POST),
    "sampling.note": STAFF,
    "messages.index": STAFF,
    "messages.read_all": Rule(Permission.READ_STAFF, POST),
    "messages.now": STAFF,
    "messages.show": STAFF,
    "messages.open": Rule(Permission.READ_STAFF, POST),
    "messages.ways": Rule(Permission.READ_STAFF, POST),
    "help.flag": Rule(Permission.FLAG),
    "help.send_flag": Rule(Permission.FLAG, POST),
    "help.gap": Rule(Permission.TAKE_CALLS),
    "help.send_gap": Rule(Permission.TAKE_CALLS, POST),
    "help.handover": Rule(Permission.TAKE_CALLS),
    "help.send_handover": Rule(Permission.TAKE_CALLS, POST),
    "help.record": Rule(Permission.TAKE_CALLS),
    "help.keep_record": Rule(Permission.TAKE_CALLS, POST),
    "help.mine": Rule(Permission.TAKE_CALLS),
    "help.act_mine": Rule(Permission.TAKE_CALLS, POST),
    "help.requests": Rule(Permission.HELP),
    "help.now": Rule(Permission.HELP),
    "help.act": Rule(Permission.HELP, POST),
    "help.close_flag": Rule(Permission.HELP, POST),
    "looks.index": Rule(Permission.REVIEW),
    "looks.show": Rule(Permission.REVIEW),
    "looks.decide": Rule(Permission.REVIEW, POST),
    "inquiries.index": Rule(Permission.ANSWER_INQUIRIES),
    "inquiries.show": Rule(Permission.ANSWER_INQUIRIES),
    "inquiries.act": Rule(Permission.ANSWER_INQUIRIES, POST),
    "synonyms.index": Rule(Permission.KEEP_SYNONYMS),
    "synonyms.act": Rule(Permission.KEEP_SYNONYMS, POST),
    "synonyms.preview": Rule(Permission.KEEP_SYNONYMS, POST),
    "synonyms.export": Rule(Permission.KEEP_SYNONYMS),
    "notices.index": Rule(Permission.KEEP_NOTICES),
    "notices.act": Rule(Permission.KEEP_NOTICES, POST),
    "styleguide.show": STAFF,
    "admin.people": Rule(Permission.MANAGE_PEOPLE),
    "admin.act": Rule(Permission.MANAGE_PEOPLE, POST),
    "admin.roles": Rule(Permission.MANAGE_PEOPLE),
    "admin.events": Rule(Permission.READ_EVENTS),
    "settings.show": Rule(Permission.MANAGE_SETTINGS),
    "settings.change": Rule(Permission.MANAGE_SETTINGS, POST),
    "embed.script": EVERYBODY,
    "embed.answer": EVERYBODY,
    "embed.show": Rule(Permission.MANAGE_SETTINGS),
    "api.search": EVERYBODY,
    "api.suggest": EVERYBODY,
    "api.pages": EVERYBODY,
    "api.page": EVERYBODY,
    "api.revisions": Rule(Permission.READ_HISTORY),
    "api.votes": Rule(Permission.REVIEW),
    "api.calls": Rule(Permission.READ_CALLS),
    "api.flags": Rule(Permission.HELP),
}


def init_app(app: Flask) -> None:
    """Ask the table before every view."""

    @app.before_request
    def check() -> None:
        if request.endpoint is None:
            return
        rule = POLICY.get(request.endpoint)
        if rule is None or request.method not in (*rule.methods, "HEAD", "OPTIONS"):
            raise NotFound()
        # No row has such a number, and not every database can even compare it.
        if any(isinstance(value, int) and value >= BIGGEST for value in (request.view_args or {}).values()):
            raise NotFound()
        if rule.by_origin and request.method == "POST":
            same_origin.require()
        if rule.needs is not None:
            require(actor(), rule.needs)
