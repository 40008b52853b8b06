-- +goose Up

-- When heartbeats last came, and what is known of those that are missing.
CREATE TABLE beats (
    name TEXT NOT NULL PRIMARY KEY,
    doc  TEXT NOT NULL
) STRICT;
