"""The page that says how everyone can use the site, and the way to it from every public page."""

import pytest

from tests.conftest import Browser


@pytest.mark.parametrize(("lang", "title"), [("ja", "ウェブアクセシビリティ方針"), ("en", "Accessibility")])
def test_every_public_page_leads_to_what_was_tested(client: Browser, lang: str, title: str) -> None:
    link = f'<a href="/{lang}/accessibility">{title}</a>'
    for path in ("/", "/search?q=x", "/nothing"):
        assert link in client.get(f"/{lang}{path}").text
    page = client.get(f"/{lang}/accessibility")
    assert page.status_code == 200
    for word in ("JIS X 8341-3:2016", "WCAG 2.2", "axe-core", f"/{lang}/inquiry"):
        assert word in page.text
