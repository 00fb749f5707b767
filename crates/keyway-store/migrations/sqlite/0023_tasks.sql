-- Calls that MCP clients are answered by a handle, and come back for (ADR 0049). A job does each of them;
-- `state` is 'working' until its outcome is there or its client took it back.
CREATE TABLE tasks (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT   NOT NULL UNIQUE,
    organization_id TEXT   NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    -- Whose it is: what tells one who asks from another, and the scopes they came with.
    requester       TEXT   NOT NULL,
    scopes          TEXT   NOT NULL,
    -- The job that does it, and the action that it runs, by its slug.
    job_id          TEXT   NOT NULL UNIQUE,
    action          TEXT   NOT NULL,
    -- The request as it came, sealed for (organization, 'tasks', 'request', id).
    request         BLOB   NOT NULL,
    -- Of an agent: the session, and the last event there was in it before.
    session_id      TEXT,
    session_after   BIGINT,
    state           TEXT   NOT NULL CHECK (state IN ('working', 'completed', 'failed', 'cancelled')),
    -- What came of it, a result or an error, sealed for (organization, 'tasks', 'outcome', id).
    outcome         BLOB,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    CHECK ((state IN ('completed', 'failed')) = (outcome IS NOT NULL)),
    CHECK ((session_id IS NULL) = (session_after IS NULL))
);

CREATE INDEX tasks_by_requester ON tasks (organization_id, requester, state, seq);
CREATE INDEX tasks_by_expiry ON tasks (expires_at);

-- As for credentials: nothing is stored under a master key that was taken away.
CREATE TRIGGER tasks_no_retired_key_new_request BEFORE INSERT ON tasks
    WHEN EXISTS (SELECT 1 FROM retired_keys WHERE key_id = lower(hex(substr(NEW.request, 2, 8))))
    BEGIN SELECT RAISE(ABORT, 'the master key was taken away'); END;
CREATE TRIGGER tasks_no_retired_key_new_outcome BEFORE INSERT ON tasks
    WHEN EXISTS (SELECT 1 FROM retired_keys WHERE key_id = lower(hex(substr(NEW.outcome, 2, 8))))
    BEGIN SELECT RAISE(ABORT, 'the master key was taken away'); END;
CREATE TRIGGER tasks_no_retired_key_request BEFORE UPDATE OF request ON tasks
    WHEN EXISTS (SELECT 1 FROM retired_keys WHERE key_id = lower(hex(substr(NEW.request, 2, 8))))
    BEGIN SELECT RAISE(ABORT, 'the master key was taken away'); END;
CREATE TRIGGER tasks_no_retired_key_outcome BEFORE UPDATE OF outcome ON tasks
    WHEN EXISTS (SELECT 1 FROM retired_keys WHERE key_id = lower(hex(substr(NEW.outcome, 2, 8))))
    BEGIN SELECT RAISE(ABORT, 'the master key was taken away'); END;
