-- +goose Up

-- A post that a digest tells instead waits for nothing.
ALTER TABLE posts ADD COLUMN digest TEXT NOT NULL DEFAULT '';
DROP INDEX posts_pending;
CREATE INDEX posts_pending ON posts (channel, created_at, seq) WHERE wanted > sent AND dead = 0 AND digest = '';
CREATE INDEX posts_digest ON posts (digest, created_at, seq) WHERE digest <> '';

CREATE TABLE silences (
    id     TEXT    NOT NULL PRIMARY KEY,
    active INTEGER NOT NULL,
    until  INTEGER NOT NULL,
    doc    TEXT    NOT NULL
) STRICT;
CREATE INDEX silences_active ON silences (until, id) WHERE active = 1;
