-- +goose Up

-- Each table keeps the whole object in doc, a JSON text that only Go reads, so
-- a new field needs no migration; the other columns are what queries look at.
-- Times are microseconds since 1970.

CREATE TABLE incidents (
    id          TEXT    NOT NULL PRIMARY KEY,
    status      TEXT    NOT NULL,
    severity    TEXT    NOT NULL,
    service     TEXT    NOT NULL,
    environment TEXT    NOT NULL,
    error_type  TEXT    NOT NULL,
    source      TEXT    NOT NULL,
    group_key   TEXT    NOT NULL,
    live        INTEGER NOT NULL,
    fix         INTEGER NOT NULL,
    seed        INTEGER NOT NULL,
    historical  INTEGER NOT NULL,
    started_at  INTEGER NOT NULL,
    acked_at    INTEGER,
    resolved_at INTEGER,
    search      TEXT    NOT NULL,
    doc         TEXT    NOT NULL
) STRICT;
CREATE INDEX incidents_started ON incidents (started_at, id);
CREATE INDEX incidents_live ON incidents (started_at, id) WHERE live = 1;
CREATE INDEX incidents_group ON incidents (source, group_key) WHERE live = 1;
CREATE INDEX incidents_scope ON incidents (service, environment) WHERE live = 1;
CREATE INDEX incidents_fix ON incidents (id) WHERE fix = 1;

CREATE TABLE alerts (
    id          TEXT    NOT NULL PRIMARY KEY,
    incident_id TEXT    NOT NULL,
    source      TEXT    NOT NULL,
    fingerprint TEXT    NOT NULL,
    status      TEXT    NOT NULL,
    started_at  INTEGER NOT NULL,
    expires_at  INTEGER,
    doc         TEXT    NOT NULL
) STRICT;
CREATE INDEX alerts_incident ON alerts (incident_id, started_at, id);
CREATE INDEX alerts_series ON alerts (source, fingerprint, started_at);
CREATE INDEX alerts_expires ON alerts (expires_at) WHERE expires_at IS NOT NULL AND status <> 'resolved';

CREATE TABLE entries (
    seq         INTEGER NOT NULL PRIMARY KEY,
    id          TEXT    NOT NULL UNIQUE,
    incident_id TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    doc         TEXT    NOT NULL
) STRICT;
CREATE INDEX entries_incident ON entries (incident_id, at, seq);

CREATE TABLE decisions (
    id          TEXT    NOT NULL PRIMARY KEY,
    incident_id TEXT    NOT NULL,
    status      TEXT    NOT NULL,
    example     INTEGER NOT NULL,
    raw         REAL    NOT NULL,
    created_at  INTEGER NOT NULL,
    doc         TEXT    NOT NULL
) STRICT;
CREATE INDEX decisions_created ON decisions (created_at, id);
CREATE INDEX decisions_incident ON decisions (incident_id, created_at, id);

CREATE TABLE reviews (
    seq         INTEGER NOT NULL PRIMARY KEY,
    decision_id TEXT    NOT NULL REFERENCES decisions (id),
    verdict     TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    undone_at   INTEGER,
    doc         TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX reviews_standing ON reviews (decision_id) WHERE undone_at IS NULL;
CREATE INDEX reviews_at ON reviews (at, seq) WHERE undone_at IS NULL;

CREATE TABLE runbooks (
    id   TEXT    NOT NULL PRIMARY KEY,
    seed INTEGER NOT NULL,
    doc  TEXT    NOT NULL
) STRICT;

-- AUTOINCREMENT: a number is never given twice, whatever retention deletes.
CREATE TABLE events (
    seq  INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    type TEXT    NOT NULL,
    at   INTEGER NOT NULL,
    data TEXT    NOT NULL
) STRICT;

CREATE TABLE posts (
    seq        INTEGER NOT NULL PRIMARY KEY,
    key        TEXT    NOT NULL UNIQUE,
    channel    TEXT    NOT NULL,
    ts         TEXT    NOT NULL,
    wanted     INTEGER NOT NULL,
    sent       INTEGER NOT NULL,
    dead       INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    doc        TEXT    NOT NULL
) STRICT;
CREATE INDEX posts_pending ON posts (channel, created_at, seq) WHERE wanted > sent AND dead = 0;
CREATE INDEX posts_ts ON posts (channel, ts) WHERE ts <> '';

CREATE TABLE pace (
    channel TEXT    NOT NULL PRIMARY KEY,
    full_at INTEGER NOT NULL -- when the bucket has all its tokens again
) STRICT;

CREATE TABLE holds (
    method  TEXT    NOT NULL,
    channel TEXT    NOT NULL, -- '' for all
    until   INTEGER NOT NULL,
    PRIMARY KEY (method, channel)
) STRICT;

CREATE TABLE envelopes (
    id          TEXT    NOT NULL PRIMARY KEY,
    kind        TEXT    NOT NULL,
    payload     BLOB,
    received_at INTEGER NOT NULL,
    done        INTEGER NOT NULL
) STRICT;
CREATE INDEX envelopes_done ON envelopes (received_at) WHERE done = 1;

CREATE TABLE numbers (
    year INTEGER NOT NULL PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT;

CREATE TABLE ticks (
    kind   TEXT    NOT NULL PRIMARY KEY,
    due_at INTEGER NOT NULL
) STRICT;
