"""Verbs: one file per kind of work; the only writers."""
