-- What calls did, added up by stretches of time (ADR 0043). A row is about an organization (level 0), one
-- of its servers (1) or one tool of a server (2), and about 300 or 3600 seconds that begin at `bucket`
-- (seconds since 1970). The gateway's own actions have the server `-`; what a level does not tell apart is
-- the empty text.
CREATE TABLE call_stats (
    organization_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    span            BIGINT NOT NULL CHECK (span IN (300, 3600)),
    level           BIGINT NOT NULL CHECK (level IN (0, 1, 2)),
    bucket          BIGINT NOT NULL,
    server          TEXT COLLATE "C" NOT NULL,
    tool            TEXT COLLATE "C" NOT NULL,
    -- All that were made; of these, what failed, what was not let through, and what was taken back.
    calls           BIGINT NOT NULL,
    errors          BIGINT NOT NULL,
    denied          BIGINT NOT NULL,
    cancelled       BIGINT NOT NULL,
    -- How long those that ran took together, in microseconds, and how many took at most so long.
    micros          BIGINT NOT NULL,
    le_100us        BIGINT NOT NULL,
    le_500us        BIGINT NOT NULL,
    le_1ms          BIGINT NOT NULL,
    le_2ms          BIGINT NOT NULL,
    le_5ms          BIGINT NOT NULL,
    le_10ms         BIGINT NOT NULL,
    le_20ms         BIGINT NOT NULL,
    le_50ms         BIGINT NOT NULL,
    le_100ms        BIGINT NOT NULL,
    le_200ms        BIGINT NOT NULL,
    le_500ms        BIGINT NOT NULL,
    le_1s           BIGINT NOT NULL,
    le_2s           BIGINT NOT NULL,
    le_5s           BIGINT NOT NULL,
    le_10s          BIGINT NOT NULL,
    le_30s          BIGINT NOT NULL,
    le_60s          BIGINT NOT NULL,
    longer          BIGINT NOT NULL,
    PRIMARY KEY (organization_id, span, level, bucket, server, tool)
);

-- What became of the connection to an MCP server: a row for each change. `stopped` is the gateway's own end.
CREATE TABLE server_states (
    organization_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    server          TEXT COLLATE "C" NOT NULL,
    -- Milliseconds since 1970.
    at              BIGINT NOT NULL,
    state           TEXT COLLATE "C" NOT NULL CHECK (state IN ('configured', 'connecting', 'connected',
                            'disconnected', 'auth_required', 'auth_failed', 'stopped', 'removed')),
    -- Why, without anything secret.
    reason          TEXT COLLATE "C",
    PRIMARY KEY (organization_id, server, at)
);
