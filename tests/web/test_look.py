"""The style guide, and the theme that a reader chose."""

import pytest
from flask import Flask

from tests.conftest import Browser

SCREENS = ("/ja/", "/en/", "/ja/nothing", "/ja/sign-in")


@pytest.mark.parametrize("path", SCREENS)
def test_the_first_answer_already_comes_in_the_theme_that_was_chosen(client: Browser, path: str) -> None:
    for theme in ("dark", "light"):
        client.set_cookie("kb_theme", theme)
        page = client.get(path).text
        assert f'data-theme="{theme}"' in page.partition("<head>")[0]
        assert f'<meta name="color-scheme" content="{theme}">' in page


@pytest.mark.parametrize("cookie", [None, "", "neon", '"><script>', "dark light"])
def test_without_a_theme_of_one_s_own_the_device_decides(client: Browser, cookie: str | None) -> None:
    if cookie is not None:
        client.set_cookie("kb_theme", cookie)
    page = client.get("/ja/").text
    assert "data-theme=" not in page
    assert '<meta name="color-scheme" content="light dark">' in page


def test_the_choice_says_what_is_chosen_and_hides_where_no_script_could_keep_it(client: Browser) -> None:
    client.set_cookie("kb_theme", "dark")
    page = client.get("/ja/").text
    assert 'class="theme needs-js"' in page
    assert 'data-theme-choice="dark" aria-pressed="true"' in page
    assert page.count('aria-pressed="true"') == 1


def test_the_style_guide_is_for_staff(client: Browser, as_operator: Browser, app: Flask) -> None:
    assert client.get("/ja/styleguide").status_code == 302
    for lang in ("ja", "en"):
        answer = as_operator.get(f"/{lang}/styleguide")
        assert answer.status_code == 200
        assert answer.headers["X-Robots-Tag"] == "noindex"
