-- What calls did, added up by stretches of time (ADR 0043). A row is about an organization (level 0), one
-- of its servers (1) or one tool of a server (2), and about 300 or 3600 seconds that begin at `bucket`
-- (seconds since 1970). The gateway's own actions have the server `-`; what a level does not tell apart is
-- the empty text.
CREATE TABLE call_stats (
    organization_id TEXT    NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    span            INTEGER NOT NULL CHECK (span IN (300, 3600)),
    level           INTEGER NOT NULL CHECK (level IN (0, 1, 2)),
    bucket          INTEGER NOT NULL,
    server          TEXT    NOT NULL,
    tool            TEXT    NOT NULL,
    -- All that were made; of these, what failed, what was not let through, and what was taken back.
    calls           INTEGER NOT NULL,
    errors          INTEGER NOT NULL,
    denied          INTEGER NOT NULL,
    cancelled       INTEGER NOT NULL,
    -- How long those that ran took together, in microseconds, and how many took at most so long.
    micros          INTEGER NOT NULL,
    le_100us        INTEGER NOT NULL,
    le_500us        INTEGER NOT NULL,
    le_1ms          INTEGER NOT NULL,
    le_2ms          INTEGER NOT NULL,
    le_5ms          INTEGER NOT NULL,
    le_10ms         INTEGER NOT NULL,
    le_20ms         INTEGER NOT NULL,
    le_50ms         INTEGER NOT NULL,
    le_100ms        INTEGER NOT NULL,
    le_200ms        INTEGER NOT NULL,
    le_500ms        INTEGER NOT NULL,
    le_1s           INTEGER NOT NULL,
    le_2s           INTEGER NOT NULL,
    le_5s           INTEGER NOT NULL,
    le_10s          INTEGER NOT NULL,
    le_30s          INTEGER NOT NULL,
    le_60s          INTEGER NOT NULL,
    longer          INTEGER NOT NULL,
    PRIMARY KEY (organization_id, span, level, bucket, server, tool)
) STRICT, WITHOUT ROWID;

-- What became of the connection to an MCP server: a row for each change. `stopped` is the gateway's own end.
CREATE TABLE server_states (
    organization_id TEXT    NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    server          TEXT    NOT NULL,
    -- Milliseconds since 1970.
    at              INTEGER NOT NULL,
    state           TEXT    NOT NULL CHECK (state IN ('configured', 'connecting', 'connected',
                            'disconnected', 'auth_required', 'auth_failed', 'stopped', 'removed')),
    -- Why, without anything secret.
    reason          TEXT,
    PRIMARY KEY (organization_id, server, at)
) STRICT, WITHOUT ROWID;
