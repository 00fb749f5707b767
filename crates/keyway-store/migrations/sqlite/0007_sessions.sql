-- Conversations with agents (ADR 0033). `seq` is the order in which they began. Whoever runs a turn
-- holds the session until `lease_until`; `fence` grows with every claim, and nothing is written by
-- someone whose fence is no longer the session's.
CREATE TABLE sessions (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT   NOT NULL UNIQUE,
    organization_id TEXT   NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    -- The agent's slug.
    agent           TEXT   NOT NULL,
    -- Whose it is: the id of who began it.
    actor           TEXT   NOT NULL,
    title           TEXT   NOT NULL,
    -- What it is elsewhere, for those that begin there: an agent has one session for each.
    external_key    TEXT,
    -- How the last turn ended, and the code of what went wrong.
    last_end        TEXT   CHECK (last_end IN ('finished', 'interrupted', 'budget', 'failed')),
    last_error      TEXT,
    turns           BIGINT NOT NULL DEFAULT 0,
    input_tokens    BIGINT NOT NULL DEFAULT 0,
    output_tokens   BIGINT NOT NULL DEFAULT 0,
    -- In millionths of a US dollar, as far as it is known.
    cost_micros     BIGINT NOT NULL DEFAULT 0,
    lease_holder    TEXT,
    lease_until     BIGINT,
    fence           BIGINT NOT NULL DEFAULT 0,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    CHECK ((lease_holder IS NULL) = (lease_until IS NULL))
);

CREATE UNIQUE INDEX sessions_by_external_key ON sessions (organization_id, agent, external_key)
    WHERE external_key IS NOT NULL;
CREATE INDEX sessions_by_organization ON sessions (organization_id, seq);
CREATE INDEX sessions_by_actor ON sessions (organization_id, actor, seq);

-- What happened in a session, one event after another without a gap; only ever appended to.
CREATE TABLE session_events (
    session_id TEXT   NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    seq        BIGINT NOT NULL CHECK (seq > 0),
    kind       TEXT   NOT NULL,
    payload    TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (session_id, seq)
);

CREATE TRIGGER session_events_stay BEFORE UPDATE ON session_events
    BEGIN SELECT RAISE(ABORT, 'what happened in a session is only ever appended to'); END;
