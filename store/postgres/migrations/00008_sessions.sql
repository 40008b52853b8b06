-- +goose Up

-- Who is signed in to the dashboard.
CREATE TABLE sessions (
    id         text COLLATE "C" NOT NULL PRIMARY KEY, -- a hash of what the browser holds
    name       text COLLATE "C" NOT NULL,
    expires_at timestamptz      NOT NULL,
    doc        json             NOT NULL
);
CREATE INDEX sessions_name ON sessions (name);
CREATE INDEX sessions_expires_at ON sessions (expires_at);
