"""The words of a page: kinds, audiences, confidence, languages, significance."""

from enum import StrEnum


class Kind(StrEnum):
    FAQ = "faq"
    CASE = "case"
    PROCEDURE = "procedure"
    SCRIPT = "script"


class Audience(StrEnum):
    """Who may read: public < staff < sv. The rank, not the spelling, is compared."""

    PUBLIC = "public"
    STAFF = "staff"
    SV = "sv"

    @property
    def rank(self) -> int:
        """0 for public, 1 for staff, 2 for sv."""
        return _RANKS[self]

    def includes(self, other: "Audience") -> bool:
        """Whether a reader of this audience may read text for `other`."""
        return self.rank >= other.rank

    @property
    def readable(self) -> tuple["Audience", ...]:
        """Every audience whose text a reader of this one may read, the widest first."""
        return tuple(audience for audience in Audience if self.includes(audience))


# Asked for every line of every text that is cut.
_RANKS = {audience: rank for rank, audience in enumerate(Audience)}


class Confidence(StrEnum):
    UNVALIDATED = "unvalidated"
    VALIDATED = "validated"


class Language(StrEnum):
    JA = "ja"
    EN = "en"


class Significance(StrEnum):
    """How much an edit changes for its readers (after Kitsune's typo / medium / major)."""

    TYPO = "typo"
    CHANGE = "change"
    ADVICE = "advice"
