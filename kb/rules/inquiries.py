"""The words of an inquiry: what has become of what a customer sent."""

from enum import StrEnum


class InquiryState(StrEnum):
    """open until somebody takes it; closed once it is answered or became a page."""

    OPEN = "open"
    TAKEN = "taken"
    CLOSED = "closed"
