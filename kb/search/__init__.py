"""Finding pages: one port, and the indexes that keep its promises."""
