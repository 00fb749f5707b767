-- Calls that wait for a person's decision, or waited (ADR 0042). `seq` is the order in which they were
-- asked about. Each change of `state` is one statement that names the state before.
CREATE TABLE approvals (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT   NOT NULL UNIQUE,
    organization_id TEXT   NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    -- Who asks: what tells one who asks from another, the id to look for it by, and what is known of
    -- them as JSON.
    requester       TEXT   NOT NULL,
    actor           TEXT   NOT NULL,
    asker           TEXT   NOT NULL,
    client          TEXT,
    agent           TEXT,
    session         TEXT,
    job             TEXT,
    request         TEXT   NOT NULL,
    -- What is called, by the name clients know.
    tool            TEXT   NOT NULL,
    -- The server's own name of it, or the action's slug.
    own             TEXT   NOT NULL,
    server          TEXT,
    -- The tool as it was defined then, and its SHA-256.
    definition      TEXT   NOT NULL,
    definition_hash BLOB   NOT NULL,
    -- The arguments in their one form, sealed for (organization, 'approvals', 'arguments', id), and the
    -- SHA-256 of all that the call is made with.
    arguments       BLOB   NOT NULL,
    call_hash       BLOB   NOT NULL,
    -- The policies that want the approval: JSON.
    policies        TEXT   NOT NULL,
    state           TEXT   NOT NULL CHECK (state IN
                    ('pending', 'approved', 'denied', 'expired', 'executed', 'void')),
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    -- Who decided, by id, what is known of them as JSON, how, and why.
    decided_by      TEXT,
    decider         TEXT,
    decided_through TEXT,
    decided_at      BIGINT,
    reason          TEXT,
    -- When who asked was told that it will not run, or what is known of how it ended.
    told_at         BIGINT,
    -- It runs while `outcome` is empty and the lease is kept.
    fence           BIGINT NOT NULL DEFAULT 0,
    lease_until     BIGINT,
    executed_at     BIGINT,
    outcome         TEXT,
    ended_at        BIGINT,
    CHECK ((state = 'executed') = (executed_at IS NOT NULL)),
    CHECK (state NOT IN ('approved', 'denied', 'executed') OR decided_by IS NOT NULL),
    CHECK ((outcome IS NULL) OR (state = 'executed'))
);

-- Of the same call of the same one who asks only one is open at a time.
CREATE UNIQUE INDEX approvals_open
    ON approvals (organization_id, requester, tool, call_hash, definition_hash)
    WHERE state IN ('pending', 'approved');
CREATE INDEX approvals_by_call ON approvals (organization_id, requester, tool, call_hash, seq);
CREATE INDEX approvals_by_organization ON approvals (organization_id, seq);
CREATE INDEX approvals_by_state ON approvals (organization_id, state, seq);
CREATE INDEX approvals_by_actor ON approvals (organization_id, actor, seq);
CREATE INDEX approvals_by_expiry ON approvals (expires_at) WHERE state IN ('pending', 'approved');
CREATE INDEX approvals_by_lease ON approvals (lease_until)
    WHERE state = 'executed' AND outcome IS NULL;
CREATE INDEX approvals_by_age ON approvals (created_at);
CREATE INDEX approvals_by_job ON approvals (job) WHERE job IS NOT NULL AND state = 'pending';

-- A job that waits for a decision runs once there is one.
CREATE TRIGGER approvals_wake AFTER UPDATE OF state ON approvals
    WHEN NEW.job IS NOT NULL AND OLD.state = 'pending'
    BEGIN
        UPDATE jobs SET run_at = min(run_at, NEW.created_at) WHERE id = NEW.job AND state = 'queued';
    END;

-- Grows with each change, so that whoever waits in any process looks again.
INSERT INTO counters (name, value) VALUES ('approval_epoch', 1);
CREATE TRIGGER approvals_added AFTER INSERT ON approvals
    BEGIN UPDATE counters SET value = value + 1 WHERE name = 'approval_epoch'; END;
CREATE TRIGGER approvals_changed AFTER UPDATE OF state ON approvals
    BEGIN UPDATE counters SET value = value + 1 WHERE name = 'approval_epoch'; END;

-- What was approved or asked about stays what it was.
CREATE TRIGGER approvals_stay BEFORE UPDATE OF
    id, organization_id, requester, actor, asker, tool, own, server, definition, definition_hash, call_hash
    ON approvals
    BEGIN SELECT RAISE(ABORT, 'what is asked about does not change'); END;

-- As for credentials: nothing is stored under a master key that was taken away.
CREATE TRIGGER approvals_no_retired_key_new BEFORE INSERT ON approvals
    WHEN EXISTS (SELECT 1 FROM retired_keys WHERE key_id = lower(hex(substr(NEW.arguments, 2, 8))))
    BEGIN SELECT RAISE(ABORT, 'the master key was taken away'); END;
CREATE TRIGGER approvals_no_retired_key BEFORE UPDATE OF arguments ON approvals
    WHEN EXISTS (SELECT 1 FROM retired_keys WHERE key_id = lower(hex(substr(NEW.arguments, 2, 8))))
    BEGIN SELECT RAISE(ABORT, 'the master key was taken away'); END;
