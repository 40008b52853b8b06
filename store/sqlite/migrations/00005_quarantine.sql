-- +goose Up

-- What of a delivery could not be read.
CREATE TABLE quarantined (
    id     TEXT    NOT NULL PRIMARY KEY,
    source TEXT    NOT NULL,
    at     INTEGER NOT NULL,
    doc    TEXT    NOT NULL
) STRICT;
CREATE INDEX quarantined_source ON quarantined (source, at);
CREATE INDEX quarantined_at ON quarantined (at);
