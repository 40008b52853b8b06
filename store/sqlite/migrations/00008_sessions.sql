-- +goose Up

-- Who is signed in to the dashboard.
CREATE TABLE sessions (
    id         TEXT    NOT NULL PRIMARY KEY, -- a hash of what the browser holds
    name       TEXT    NOT NULL,
    expires_at INTEGER NOT NULL,
    doc        TEXT    NOT NULL
) STRICT;
CREATE INDEX sessions_name ON sessions (name);
CREATE INDEX sessions_expires_at ON sessions (expires_at);
