-- +goose Up

-- Past incidents as chat tells them, before a person has said that they are
-- any. They are apart from incidents, so that nothing that searches those finds
-- one of these.
CREATE TABLE drafts (
    id     text COLLATE "C" NOT NULL PRIMARY KEY,
    status text COLLATE "C" NOT NULL,
    doc    json NOT NULL
);
CREATE INDEX drafts_status ON drafts (status, id);
