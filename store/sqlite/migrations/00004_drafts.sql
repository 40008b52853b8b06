-- +goose Up

-- Past incidents as chat tells them, before a person has said that they are
-- any. They are apart from incidents, so that nothing that searches those finds
-- one of these.
CREATE TABLE drafts (
    id     TEXT NOT NULL PRIMARY KEY,
    status TEXT NOT NULL,
    doc    TEXT NOT NULL
) STRICT;
CREATE INDEX drafts_status ON drafts (status, id);
