"""Nouns: the tables and their questions; the only home of SQLAlchemy."""
