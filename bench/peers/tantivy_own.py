"""Tantivy: the search library in Rust, by its Python binding; BM25 a field, WAND where no count is asked for."""

from pathlib import Path

from tantivy import Document, Index, Occur, Query, Schema, SchemaBuilder

from bench.peers import TITLE, TOP, Ask, Tokens, rows

NAME = "Tantivy"
_MEMORY = 512_000_000  # bytes while writing


def schema() -> Schema:
    """Title and body, cut at the spaces between terms, with positions; the number of the page as a column."""
    builder = SchemaBuilder()
    for field in ("title", "body"):
        builder.add_text_field(field, tokenizer_name="whitespace")
    builder.add_integer_field("page", fast=True)
    return builder.build()


def build(folder: Path, pages: Tokens) -> None:
    index = Index(schema(), path=str(folder))
    writer = index.writer(heap_size=_MEMORY, num_threads=1)
    for page, title, body in rows(pages):
        writer.add_document(Document(title=" ".join(title), body=" ".join(body), page=page))
    writer.commit()
    writer.wait_merging_threads()


def opened(folder: Path, *, count: bool = True) -> Ask:
    """Search like ours does, with the number of all hits; without it Tantivy may skip what can't be among the best."""
    index = Index.open(str(folder))
    searcher, known = index.searcher(), index.schema

    def ask(terms: list[str]) -> list[int]:
        words = []
        for term in terms:
            words.append((Occur.Should, Query.boost_query(Query.term_query(known, "title", term, "freq"), TITLE)))
            words.append((Occur.Should, Query.term_query(known, "body", term, "freq")))
        found = searcher.search(Query.boolean_query(words), limit=TOP, count=count)
        pages = searcher.fast_field_values("page", [address for _, address in found.hits])
        return [int(page) for page in pages if page is not None]

    return ask
