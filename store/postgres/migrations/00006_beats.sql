-- +goose Up

-- When heartbeats last came, and what is known of those that are missing.
CREATE TABLE beats (
    name text COLLATE "C" NOT NULL PRIMARY KEY,
    doc  json             NOT NULL
);
