-- +goose Up

-- A decision's outcome is in its document; this is when it was told.
ALTER TABLE decisions ADD COLUMN outcome_at timestamptz;
CREATE INDEX decisions_outcome ON decisions (outcome_at) WHERE outcome_at IS NOT NULL;

CREATE TABLE changes (
    id      text COLLATE "C" NOT NULL PRIMARY KEY,
    service text COLLATE "C" NOT NULL,
    at      timestamptz      NOT NULL,
    doc     json             NOT NULL
);
CREATE INDEX changes_service ON changes (service, at);
CREATE INDEX changes_at ON changes (at);

-- What an embedding endpoint made of a text, so that a start asks for nothing
-- again. A vector is its 32-bit floats, little-endian.
CREATE TABLE vectors (
    model  text COLLATE "C" NOT NULL,
    hash   text COLLATE "C" NOT NULL,
    vector bytea            NOT NULL,
    PRIMARY KEY (model, hash)
);
