"""Everything the portal holds in one file, and back again: the database as it was at one moment, and the files it names.

A plain tar of `database` (pg_dump's custom format, or an SQLite file), `media/…` and, last, `manifest.json`, which says
what is in it and how much (docs/deployment.md).
"""
