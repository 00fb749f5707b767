-- Webhooks that go out, signed (ADR 0047).

-- Where an organization is told of what happens in it. One that was removed stays as a row, for messages
-- and the audit log to lead to. `seq` is the order in which they were made.
CREATE TABLE webhook_endpoints (
    seq              INTEGER PRIMARY KEY AUTOINCREMENT,
    id               TEXT   NOT NULL UNIQUE,
    organization_id  TEXT   NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    url              TEXT   NOT NULL,
    -- The types of events it is told of: a JSON list.
    events           TEXT   NOT NULL,
    enabled          BOOLEAN NOT NULL,
    -- Why the gateway switched it off; NULL where somebody did, and while it is on.
    off_reason       TEXT   CHECK (off_reason IN ('gone', 'failing')),
    off_at           BIGINT,
    -- What messages are signed with, sealed for (organization, 'webhook_endpoints', 'secret', id). It goes
    -- when the endpoint is removed.
    secret           BLOB,
    -- What they were signed with before, sealed for (organization, 'webhook_endpoints', 'secret_before', id).
    secret_before    BLOB,
    -- Until when they are signed with that as well.
    before_until     BIGINT,
    -- How it fares: attempts that failed since the last that did not, and since when they do.
    failures         BIGINT NOT NULL DEFAULT 0,
    failing_since    BIGINT,
    last_success_at  BIGINT,
    last_failure_at  BIGINT,
    -- What it last answered, and the code of the last failure.
    last_status      BIGINT,
    last_error       TEXT,
    -- Grows with each change somebody makes.
    revision         BIGINT NOT NULL,
    created_at       BIGINT NOT NULL,
    created_by       TEXT   NOT NULL,
    changed_at       BIGINT NOT NULL,
    changed_by       TEXT   NOT NULL,
    removed_at       BIGINT
);
CREATE INDEX webhook_endpoints_by_organization ON webhook_endpoints (organization_id, seq)
    WHERE removed_at IS NULL;

-- What endpoints that are on are told of: one row an endpoint and type. What is written down of an event
-- is looked up here and nowhere else.
CREATE TABLE webhook_subscriptions (
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    type            TEXT NOT NULL,
    endpoint_id     TEXT NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
    PRIMARY KEY (organization_id, type, endpoint_id)
) WITHOUT ROWID;

-- What happened and is still to be made into messages. Ids, names of ours and states; nothing else.
CREATE TABLE webhook_events (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id TEXT   NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    type            TEXT   NOT NULL,
    -- The session or approval it is about.
    subject         TEXT   NOT NULL,
    -- What is told: a JSON object.
    facts           TEXT   NOT NULL,
    -- When it happened, where that is known.
    occurred_at     BIGINT
);

-- A message to one endpoint. Sending it is a job.
CREATE TABLE webhook_messages (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT   NOT NULL UNIQUE,
    organization_id TEXT   NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    endpoint_id     TEXT   NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
    type            TEXT   NOT NULL,
    subject         TEXT,
    -- The body, sealed for (organization, 'webhook_messages', 'body', id).
    body            BLOB   NOT NULL,
    bytes           BIGINT NOT NULL,
    job_id          TEXT   NOT NULL,
    -- How often it was sent, and what became of the last time.
    attempts        BIGINT NOT NULL DEFAULT 0,
    last_attempt_at BIGINT,
    last_status     BIGINT,
    last_error      TEXT,
    delivered_at    BIGINT,
    created_at      BIGINT NOT NULL
);
CREATE INDEX webhook_messages_by_endpoint ON webhook_messages (endpoint_id, seq);
CREATE INDEX webhook_messages_by_age ON webhook_messages (created_at);

-- Written with what they tell of, in the same statement: whoever makes it happen, in whichever process.
CREATE TRIGGER webhook_session_started AFTER INSERT ON sessions
    WHEN EXISTS (SELECT 1 FROM webhook_subscriptions WHERE organization_id = NEW.organization_id
        AND type = 'session.started')
    BEGIN
        INSERT INTO webhook_events (organization_id, type, subject, facts, occurred_at)
        VALUES (NEW.organization_id, 'session.started', NEW.id,
            json_object('session', NEW.id, 'agent', NEW.agent, 'state', 'started'), NEW.created_at);
    END;
CREATE TRIGGER webhook_turn_ended AFTER UPDATE OF turns ON sessions
    WHEN NEW.turns > OLD.turns AND EXISTS (SELECT 1 FROM webhook_subscriptions
        WHERE organization_id = NEW.organization_id
        AND type = CASE NEW.last_end WHEN 'finished' THEN 'session.answered'
            WHEN 'interrupted' THEN 'session.stopped' ELSE 'session.failed' END)
    BEGIN
        INSERT INTO webhook_events (organization_id, type, subject, facts, occurred_at)
        VALUES (NEW.organization_id,
            CASE NEW.last_end WHEN 'finished' THEN 'session.answered'
                WHEN 'interrupted' THEN 'session.stopped' ELSE 'session.failed' END,
            NEW.id,
            json_object('session', NEW.id, 'agent', NEW.agent, 'state', NEW.last_end,
                'turns', NEW.turns, 'error', NEW.last_error),
            NEW.updated_at);
    END;
CREATE TRIGGER webhook_approval_requested AFTER INSERT ON approvals
    WHEN EXISTS (SELECT 1 FROM webhook_subscriptions WHERE organization_id = NEW.organization_id
        AND type = 'approval.requested')
    BEGIN
        INSERT INTO webhook_events (organization_id, type, subject, facts, occurred_at)
        VALUES (NEW.organization_id, 'approval.requested', NEW.id,
            json_object('approval', NEW.id, 'agent', NEW.agent, 'session', NEW.session,
                'state', NEW.state, 'expiresAt', NEW.expires_at),
            NEW.created_at);
    END;
CREATE TRIGGER webhook_approval_ended AFTER UPDATE OF state ON approvals
    WHEN OLD.state <> NEW.state AND NEW.state IN ('approved', 'denied', 'expired', 'void')
        AND EXISTS (SELECT 1 FROM webhook_subscriptions WHERE organization_id = NEW.organization_id
            AND type = CASE NEW.state WHEN 'expired' THEN 'approval.expired'
                WHEN 'void' THEN 'approval.voided' ELSE 'approval.decided' END)
    BEGIN
        INSERT INTO webhook_events (organization_id, type, subject, facts, occurred_at)
        VALUES (NEW.organization_id,
            CASE NEW.state WHEN 'expired' THEN 'approval.expired'
                WHEN 'void' THEN 'approval.voided' ELSE 'approval.decided' END,
            NEW.id,
            json_object('approval', NEW.id, 'agent', NEW.agent, 'session', NEW.session,
                'state', NEW.state, 'decidedBy', NEW.decided_by),
            CASE NEW.state WHEN 'expired' THEN NEW.expires_at WHEN 'void' THEN NULL
                ELSE NEW.decided_at END);
    END;

-- As for credentials: nothing is stored under a master key that was taken away.
CREATE TRIGGER webhook_endpoints_no_retired_key_new BEFORE INSERT ON webhook_endpoints
    WHEN EXISTS (SELECT 1 FROM retired_keys WHERE key_id = lower(hex(substr(NEW.secret, 2, 8))))
    BEGIN SELECT RAISE(ABORT, 'the master key was taken away'); END;
CREATE TRIGGER webhook_endpoints_no_retired_key BEFORE UPDATE OF secret ON webhook_endpoints
    WHEN EXISTS (SELECT 1 FROM retired_keys WHERE key_id = lower(hex(substr(NEW.secret, 2, 8))))
    BEGIN SELECT RAISE(ABORT, 'the master key was taken away'); END;
CREATE TRIGGER webhook_endpoints_no_retired_key_before_new BEFORE INSERT ON webhook_endpoints
    WHEN EXISTS (SELECT 1 FROM retired_keys WHERE key_id = lower(hex(substr(NEW.secret_before, 2, 8))))
    BEGIN SELECT RAISE(ABORT, 'the master key was taken away'); END;
CREATE TRIGGER webhook_endpoints_no_retired_key_before BEFORE UPDATE OF secret_before ON webhook_endpoints
    WHEN EXISTS (SELECT 1 FROM retired_keys WHERE key_id = lower(hex(substr(NEW.secret_before, 2, 8))))
    BEGIN SELECT RAISE(ABORT, 'the master key was taken away'); END;
CREATE TRIGGER webhook_messages_no_retired_key_new BEFORE INSERT ON webhook_messages
    WHEN EXISTS (SELECT 1 FROM retired_keys WHERE key_id = lower(hex(substr(NEW.body, 2, 8))))
    BEGIN SELECT RAISE(ABORT, 'the master key was taken away'); END;
CREATE TRIGGER webhook_messages_no_retired_key BEFORE UPDATE OF body ON webhook_messages
    WHEN EXISTS (SELECT 1 FROM retired_keys WHERE key_id = lower(hex(substr(NEW.body, 2, 8))))
    BEGIN SELECT RAISE(ABORT, 'the master key was taken away'); END;
