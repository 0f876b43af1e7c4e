"""A sentence in which somebody has marked the personal data, and what has to be found in it."""

from kb.text.personal_data import WORDS, Finding, Kind, find, mask


def assert_marked(sentence: str, kind: Kind) -> None:
    """What stands between < and > is found as that kind, and nothing else is."""
    text, spots, start = "", [], 0
    for character in sentence:
        if character == "<":
            start = len(text)
        elif character == ">":
            spots.append(Finding(kind, start, len(text)))
        else:
            text += character
    assert spots, "The sentence marks nothing."
    assert list(find(text)) == spots
    word = f"［{WORDS[kind]}］"
    assert mask(text).count(word) == len(spots)
    assert find(mask(text)) == ()
