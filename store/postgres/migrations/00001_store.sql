-- +goose Up

-- Each table keeps the whole object in doc, a JSON text that only Go reads, so
-- a new field needs no migration; the other columns are what queries look at.

CREATE TABLE incidents (
    id          text COLLATE "C" NOT NULL PRIMARY KEY,
    status      text COLLATE "C" NOT NULL,
    severity    text COLLATE "C" NOT NULL,
    service     text COLLATE "C" NOT NULL,
    environment text COLLATE "C" NOT NULL,
    error_type  text COLLATE "C" NOT NULL,
    source      text COLLATE "C" NOT NULL,
    group_key   text COLLATE "C" NOT NULL,
    live        boolean     NOT NULL,
    fix         boolean     NOT NULL,
    seed        boolean     NOT NULL,
    historical  boolean     NOT NULL,
    started_at  timestamptz NOT NULL,
    acked_at    timestamptz,
    resolved_at timestamptz,
    search      text COLLATE "C" NOT NULL,
    doc         json        NOT NULL
);
CREATE INDEX incidents_started ON incidents (started_at, id);
CREATE INDEX incidents_live ON incidents (started_at, id) WHERE live;
CREATE INDEX incidents_group ON incidents (source, group_key) WHERE live;
CREATE INDEX incidents_scope ON incidents (service, environment) WHERE live;
CREATE INDEX incidents_fix ON incidents (id) WHERE fix;

CREATE TABLE alerts (
    id          text COLLATE "C" NOT NULL PRIMARY KEY,
    incident_id text COLLATE "C" NOT NULL,
    source      text COLLATE "C" NOT NULL,
    fingerprint text COLLATE "C" NOT NULL,
    status      text COLLATE "C" NOT NULL,
    started_at  timestamptz NOT NULL,
    expires_at  timestamptz,
    doc         json        NOT NULL
);
CREATE INDEX alerts_incident ON alerts (incident_id, started_at, id);
CREATE INDEX alerts_series ON alerts (source, fingerprint, started_at);
CREATE INDEX alerts_expires ON alerts (expires_at) WHERE expires_at IS NOT NULL AND status <> 'resolved';

CREATE TABLE entries (
    seq         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id          text COLLATE "C" NOT NULL UNIQUE,
    incident_id text COLLATE "C" NOT NULL,
    at          timestamptz NOT NULL,
    doc         json        NOT NULL
);
CREATE INDEX entries_incident ON entries (incident_id, at, seq);

CREATE TABLE decisions (
    id          text COLLATE "C" NOT NULL PRIMARY KEY,
    incident_id text COLLATE "C" NOT NULL,
    status      text COLLATE "C" NOT NULL,
    example     boolean          NOT NULL,
    raw         double precision NOT NULL,
    created_at  timestamptz      NOT NULL,
    doc         json             NOT NULL
);
CREATE INDEX decisions_created ON decisions (created_at, id);
CREATE INDEX decisions_incident ON decisions (incident_id, created_at, id);

CREATE TABLE reviews (
    seq         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    decision_id text COLLATE "C" NOT NULL REFERENCES decisions (id),
    verdict     text COLLATE "C" NOT NULL,
    at          timestamptz      NOT NULL,
    undone_at   timestamptz,
    doc         json             NOT NULL
);
CREATE UNIQUE INDEX reviews_standing ON reviews (decision_id) WHERE undone_at IS NULL;
CREATE INDEX reviews_at ON reviews (at, seq) WHERE undone_at IS NULL;

CREATE TABLE runbooks (
    id   text COLLATE "C" NOT NULL PRIMARY KEY,
    seed boolean NOT NULL,
    doc  json    NOT NULL
);

CREATE TABLE events (
    seq  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    type text        NOT NULL,
    at   timestamptz NOT NULL,
    data json        NOT NULL
);

CREATE TABLE posts (
    seq        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key        text COLLATE "C" NOT NULL UNIQUE,
    channel    text COLLATE "C" NOT NULL,
    ts         text COLLATE "C" NOT NULL,
    wanted     bigint      NOT NULL,
    sent       bigint      NOT NULL,
    dead       boolean     NOT NULL,
    created_at timestamptz NOT NULL,
    doc        json        NOT NULL
);
CREATE INDEX posts_pending ON posts (channel, created_at, seq) WHERE wanted > sent AND NOT dead;
CREATE INDEX posts_ts ON posts (channel, ts) WHERE ts <> '';

-- Times of the pace are microseconds since 1970.
CREATE TABLE pace (
    channel text COLLATE "C" NOT NULL PRIMARY KEY,
    full_at bigint NOT NULL -- when the bucket has all its tokens again
);

CREATE TABLE holds (
    method  text COLLATE "C" NOT NULL,
    channel text COLLATE "C" NOT NULL, -- '' for all
    until   bigint NOT NULL,
    PRIMARY KEY (method, channel)
);

CREATE TABLE envelopes (
    id          text COLLATE "C" NOT NULL PRIMARY KEY,
    kind        text        NOT NULL,
    payload     bytea,
    received_at timestamptz NOT NULL,
    done        boolean     NOT NULL
);
CREATE INDEX envelopes_done ON envelopes (received_at) WHERE done;

CREATE TABLE numbers (
    year int    NOT NULL PRIMARY KEY,
    last bigint NOT NULL
);

CREATE TABLE ticks (
    kind   text COLLATE "C" NOT NULL PRIMARY KEY,
    due_at timestamptz NOT NULL
);

-- The processes that work jobs, and when each was last alive.
CREATE TABLE replicas (
    id      text COLLATE "C" NOT NULL PRIMARY KEY,
    seen_at timestamptz NOT NULL
);
