"""The few ways a request can be refused, each with a sentence for the reader."""

from typing import Any


class KbError(Exception):
    """A refusal that a person can act on.

    `sentence` is Japanese and stands in the catalogue of the other languages; `facts` fill its %(name)s places;
    `field` names the form field or JSON key at fault. The doors translate it and choose the status.
    """

    status = 400
    code = "error"

    def __init__(self, sentence: str, *, field: str | None = None, **facts: Any) -> None:
        self.sentence, self.field, self.facts = sentence, field, facts
        super().__init__(sentence % facts if facts else sentence)


class Invalid(KbError):
    """What was sent can't be used as it is (422)."""

    status, code = 422, "invalid"


class Faults(Invalid):
    """Several fields can't be used as they are; `each` has the refusal of every one, by field (422)."""

    def __init__(self, each: dict[str, Invalid]) -> None:
        first = next(iter(each.values()))
        super().__init__(first.sentence, field=first.field, **first.facts)
        self.each = each


class NotFound(KbError):
    """There is no such thing, or not for this reader: both look alike (404)."""

    status, code = 404, "not_found"

    def __init__(self, sentence: str = "お探しのページは見つかりませんでした。", **facts: Any) -> None:
        super().__init__(sentence, **facts)


class Gone(KbError):
    """It was here and has been archived (410); `moved_to` is the page that took its place, if the reader may see it."""

    status, code = 410, "gone"

    def __init__(self, sentence: str = "この記事は公開を終えました。", *, moved_to: int | None = None) -> None:
        super().__init__(sentence)
        self.moved_to = moved_to


class NotSignedIn(KbError):
    """The reader must sign in first (401)."""

    status, code = 401, "not_signed_in"

    def __init__(self, sentence: str = "サインインしてください。") -> None:
        super().__init__(sentence)


class NotAllowed(KbError):
    """The reader is known and may not do this (403)."""

    status, code = 403, "not_allowed"

    def __init__(
        self, sentence: str = "この操作は、いまの役割ではできません。SVに相談してください。", **facts: Any
    ) -> None:
        super().__init__(sentence, **facts)


class Conflict(KbError):
    """Something moved on since the reader looked (409)."""

    status, code = 409, "conflict"


class WrongState(Conflict):
    """The review table has no such move (409)."""

    code = "wrong_state"


class TooMany(KbError):
    """Too many tries; `retry_after` is in seconds (429)."""

    status, code = 429, "too_many"

    def __init__(self, sentence: str, *, retry_after: int, **facts: Any) -> None:
        super().__init__(sentence, **facts)
        self.retry_after = retry_after


class TooLarge(KbError):
    """More bytes than the limit allows (413)."""

    status, code = 413, "too_large"


class Unavailable(KbError):
    """A part of the system is not ready; trying again later may help (503)."""

    status, code = 503, "unavailable"
