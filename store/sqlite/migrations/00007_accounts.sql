-- +goose Up

-- What was received from a source, in members of bodies.
CREATE TABLE accounts (
    source      TEXT    NOT NULL PRIMARY KEY,
    received    INTEGER NOT NULL,
    accepted    INTEGER NOT NULL,
    duplicate   INTEGER NOT NULL,
    silenced    INTEGER NOT NULL,
    quarantined INTEGER NOT NULL,
    refused     INTEGER NOT NULL,
    taken_at    INTEGER NOT NULL
) STRICT;

-- Sources that do not get through.
CREATE TABLE troubles (
    id  TEXT    NOT NULL PRIMARY KEY,
    at  INTEGER NOT NULL, -- when it was there last
    doc TEXT    NOT NULL
) STRICT;
CREATE INDEX troubles_at ON troubles (at);
