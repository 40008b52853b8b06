-- +goose Up

-- A post that a digest tells instead waits for nothing.
ALTER TABLE posts ADD COLUMN digest text COLLATE "C" NOT NULL DEFAULT '';
DROP INDEX posts_pending;
CREATE INDEX posts_pending ON posts (channel, created_at, seq) WHERE wanted > sent AND NOT dead AND digest = '';
CREATE INDEX posts_digest ON posts (digest, created_at, seq) WHERE digest <> '';

CREATE TABLE silences (
    id     text COLLATE "C" NOT NULL PRIMARY KEY,
    active boolean          NOT NULL,
    until  timestamptz      NOT NULL,
    doc    json             NOT NULL
);
CREATE INDEX silences_active ON silences (until, id) WHERE active;
