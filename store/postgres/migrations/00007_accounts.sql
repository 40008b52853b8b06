-- +goose Up

-- What was received from a source, in members of bodies. A transaction adds to
-- one of a few rows of a source, so that two rarely wait for each other; their
-- page has room for new versions of them.
CREATE TABLE accounts (
    source      text COLLATE "C" NOT NULL,
    slot        integer          NOT NULL,
    received    bigint           NOT NULL,
    accepted    bigint           NOT NULL,
    duplicate   bigint           NOT NULL,
    silenced    bigint           NOT NULL,
    quarantined bigint           NOT NULL,
    refused     bigint           NOT NULL,
    taken_at    bigint           NOT NULL, -- in microseconds
    PRIMARY KEY (source, slot)
) WITH (fillfactor = 20);

-- Sources that do not get through.
CREATE TABLE troubles (
    id  text COLLATE "C" NOT NULL PRIMARY KEY,
    at  timestamptz      NOT NULL, -- when it was there last
    doc json             NOT NULL
);
CREATE INDEX troubles_at ON troubles (at);
