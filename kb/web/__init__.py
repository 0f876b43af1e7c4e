"""Audiences: HTTP in, services out; the only home of Flask."""
