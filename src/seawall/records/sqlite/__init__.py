"""Django's backend for SQLite, on a SQLite that several processes may use: `driver` says which, `base` is the backend."""
