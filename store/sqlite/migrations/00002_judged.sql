-- +goose Up

-- A decision's outcome is in its document; this is when it was told.
ALTER TABLE decisions ADD COLUMN outcome_at INTEGER;
CREATE INDEX decisions_outcome ON decisions (outcome_at) WHERE outcome_at IS NOT NULL;

CREATE TABLE changes (
    id      TEXT    NOT NULL PRIMARY KEY,
    service TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    doc     TEXT    NOT NULL
) STRICT;
CREATE INDEX changes_service ON changes (service, at);
CREATE INDEX changes_at ON changes (at);

-- What an embedding endpoint made of a text, so that a start asks for nothing
-- again. A vector is its 32-bit floats, little-endian.
CREATE TABLE vectors (
    model  TEXT NOT NULL,
    hash   TEXT NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (model, hash)
) STRICT, WITHOUT ROWID;
