"""What a new page of each kind begins with."""

from kb.rules.pages import Kind

# Stored as the page's own text, so in the language of the house.
BODIES = {
    Kind.FAQ: """\
（答えを一文で。ここだけ読めば分かるように。）

## くわしい手順

1.
2.

:::say
（最初に言う一言。20秒まで。）
:::

:::ask
- （目的が分かる質問）
:::
""",
    Kind.CASE: """\
## 状況（お客様の言葉）


## 本当の目的


## 対応


## 結果


## 学び

""",
    Kind.PROCEDURE: """\
（この手順で何ができるかを一文で。）

## 始める前に

-

## 手順

1.
2.

:::limit operator
- （ひとりで決めてよいこと）
:::
""",
    Kind.SCRIPT: """\
（いつ、だれに話す言葉か。）

:::say
（最初のひとこと）
:::

## 話の流れ

1.
2.
""",
}


def body(kind: Kind) -> str:
    """The first text of a page of this kind."""
    return BODIES[kind]


def leftover(body: str) -> str | None:
    """A line of a template that nobody has rewritten yet: it must not reach readers."""
    hints = {line for text in BODIES.values() for line in text.split("\n") if line.endswith("）") and "（" in line[:3]}
    return next((line for line in body.split("\n") if line.strip() in hints), None)


def faq_answer() -> str:
    """The first text of the answer of a FAQ that is written from a story; what staff read stands beside it."""
    return "（答えを一文で。ここだけ読めば分かるように。）\n\n## くわしい手順\n\n1.\n"
