-- +goose Up

-- What of a delivery could not be read.
CREATE TABLE quarantined (
    id     text COLLATE "C" NOT NULL PRIMARY KEY,
    source text COLLATE "C" NOT NULL,
    at     timestamptz      NOT NULL,
    doc    json             NOT NULL
);
CREATE INDEX quarantined_source ON quarantined (source, at);
CREATE INDEX quarantined_at ON quarantined (at);
