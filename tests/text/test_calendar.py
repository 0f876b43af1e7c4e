"""A calendar file keeps the rules of RFC 5545: what is read back is what was said."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from kb.text import calendar
from kb.text.calendar import Appointment

AT = datetime(2030, 4, 8, 16, 0, tzinfo=timezone(timedelta(hours=9)))
PLAIN = Appointment("session-1@kb", "語り場", AT, 45, AT - timedelta(days=7), url="https://kb.example/ja/sessions/1")


def lines_of(content: bytes) -> list[str]:
    """The content lines, unfolded (3.1); each physical line is whole UTF-8 of at most 75 octets."""
    assert content.endswith(b"\r\n")
    parts = content.removesuffix(b"\r\n").split(b"\r\n")
    assert not any(b"\n" in part or b"\r" in part for part in parts)
    found: list[str] = []
    for part in parts:
        assert len(part) <= 75
        text = part.decode("utf-8")
        if text.startswith(" "):
            found[-1] += text[1:]
        else:
            found.append(text)
    return found


def properties(content: bytes) -> dict[str, str]:
    return dict(line.split(":", 1) for line in lines_of(content))


def unescaped(value: str) -> str:
    """The text of a value of type TEXT (3.3.11)."""
    out, signs = [], iter(value)
    for sign in signs:
        assert sign not in ";,\n"
        out.append({"n": "\n"}.get(after := next(signs), after) if sign == "\\" else sign)
    return "".join(out)


def test_an_appointment_has_what_the_rules_ask_for_in_utc() -> None:
    content = calendar.write(replace(PLAIN, place="会議室"))
    lines = lines_of(content)
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert lines.index("BEGIN:VEVENT") < lines.index("END:VEVENT")
    found = properties(content)
    assert (found["VERSION"], found["METHOD"]) == ("2.0", "PUBLISH")
    assert {"PRODID", "UID", "DTSTAMP"} <= set(found)
    assert (found["DTSTART"], found["DTEND"]) == ("20300408T070000Z", "20300408T074500Z")
    assert (found["SUMMARY"], found["LOCATION"], found["STATUS"]) == ("語り場", "会議室", "CONFIRMED")
    assert found["URL"] == "https://kb.example/ja/sessions/1"


def test_the_same_appointment_makes_the_same_bytes_and_a_changed_one_keeps_its_uid() -> None:
    assert calendar.write(PLAIN) == calendar.write(replace(PLAIN, starts_at=AT.astimezone(UTC)))
    moved = properties(calendar.write(replace(PLAIN, starts_at=AT + timedelta(days=1), sequence=1)))
    assert (moved["UID"], moved["SEQUENCE"]) == (properties(calendar.write(PLAIN))["UID"], "1")
    assert properties(calendar.write(replace(PLAIN, cancelled=True)))["STATUS"] == "CANCELLED"


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.sampled_from("\n;,\\: ")))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    found = properties(calendar.write(replace(PLAIN, title=text, text=text * 9)))
    assert unescaped(found["SUMMARY"]) == text
    assert unescaped(found.get("DESCRIPTION", "")) == text * 9


def test_no_text_adds_a_line_of_its_own() -> None:
    hostile = "会\r\nATTENDEE:mailto:x@example.com\rBEGIN:VALARM\x00\x7f"
    content = calendar.write(replace(PLAIN, title=hostile, place=hostile, url=f"https://x/{hostile}"))
    assert len(lines_of(content)) == len(lines_of(calendar.write(replace(PLAIN, place="x"))))
