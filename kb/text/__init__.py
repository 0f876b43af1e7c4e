"""Text in, text out: blocks, the audience cut, Markdown, front matter, differences, Japanese."""
