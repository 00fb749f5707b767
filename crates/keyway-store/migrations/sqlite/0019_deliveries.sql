-- Providers that are installed, agents that are reached through them, and what came in (ADR 0044).

-- A provider installed in one workspace of a third party.
CREATE TABLE installations (
    id              TEXT   NOT NULL PRIMARY KEY,
    organization_id TEXT   NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    -- The provider's id.
    provider        TEXT   NOT NULL,
    -- What the provider was told, as one JSON object. It holds nothing secret.
    settings        TEXT   NOT NULL,
    -- What webhooks are signed with, sealed for (organization, 'installations', 'sealed', id). It goes
    -- with the last publication.
    sealed          BLOB,
    created_at      BIGINT NOT NULL
);
CREATE INDEX installations_by_organization ON installations (organization_id);

-- An agent that is reached through an installation. One that was removed stays as a row, for deliveries
-- and the audit log to lead to. `seq` is the order in which they were made.
CREATE TABLE publications (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT   NOT NULL UNIQUE,
    organization_id TEXT   NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    installation_id TEXT   NOT NULL REFERENCES installations (id) ON DELETE CASCADE,
    name            TEXT   NOT NULL,
    -- The agent's slug.
    agent           TEXT   NOT NULL,
    -- The machine identity that its sessions act as.
    account         TEXT   NOT NULL,
    granularity     TEXT   NOT NULL CHECK (granularity IN
                    ('per_workspace', 'per_user', 'per_channel', 'per_thread', 'per_issue', 'per_event')),
    -- What wakes the agent, as one JSON object.
    triggers        TEXT   NOT NULL,
    paused_at       BIGINT,
    -- Grows with each change.
    revision        BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    created_by      TEXT   NOT NULL,
    changed_at      BIGINT NOT NULL,
    changed_by      TEXT   NOT NULL,
    removed_at      BIGINT
);
CREATE INDEX publications_by_organization ON publications (organization_id, seq);
CREATE INDEX publications_by_installation ON publications (installation_id);

-- Webhooks that were verified, each once. What is done about one is a job. `seq` is the order in which
-- they came.
CREATE TABLE deliveries (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT   NOT NULL UNIQUE,
    organization_id TEXT   NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    installation_id TEXT   NOT NULL REFERENCES installations (id) ON DELETE CASCADE,
    publication_id  TEXT   NOT NULL REFERENCES publications (id) ON DELETE CASCADE,
    -- Of events of an installation with one key there is one.
    dedupe_key      TEXT   NOT NULL,
    -- How often it came again.
    duplicates      BIGINT NOT NULL DEFAULT 0,
    -- The delivery that this one repeats because somebody wanted it.
    replay_of       TEXT,
    outcome         TEXT   NOT NULL CHECK (outcome IN ('accepted', 'ignored')),
    -- Why.
    rule            TEXT   NOT NULL,
    conversation    TEXT,
    -- The body and the headers that count, sealed for (organization, 'deliveries', 'received', id).
    received        BLOB   NOT NULL,
    -- The length of the body.
    bytes           BIGINT NOT NULL,
    job_id          TEXT,
    session_id      TEXT,
    answered_at     BIGINT,
    created_at      BIGINT NOT NULL,
    CHECK ((outcome = 'accepted') = (job_id IS NOT NULL))
);
CREATE UNIQUE INDEX deliveries_once ON deliveries (installation_id, dedupe_key);
CREATE INDEX deliveries_by_organization ON deliveries (organization_id, seq);
CREATE INDEX deliveries_by_publication ON deliveries (publication_id, seq);
CREATE INDEX deliveries_by_age ON deliveries (created_at);

-- As for credentials: nothing is stored under a master key that was taken away.
CREATE TRIGGER installations_no_retired_key_new BEFORE INSERT ON installations
    WHEN EXISTS (SELECT 1 FROM retired_keys WHERE key_id = lower(hex(substr(NEW.sealed, 2, 8))))
    BEGIN SELECT RAISE(ABORT, 'the master key was taken away'); END;
CREATE TRIGGER installations_no_retired_key BEFORE UPDATE OF sealed ON installations
    WHEN EXISTS (SELECT 1 FROM retired_keys WHERE key_id = lower(hex(substr(NEW.sealed, 2, 8))))
    BEGIN SELECT RAISE(ABORT, 'the master key was taken away'); END;
CREATE TRIGGER deliveries_no_retired_key_new BEFORE INSERT ON deliveries
    WHEN EXISTS (SELECT 1 FROM retired_keys WHERE key_id = lower(hex(substr(NEW.received, 2, 8))))
    BEGIN SELECT RAISE(ABORT, 'the master key was taken away'); END;
CREATE TRIGGER deliveries_no_retired_key BEFORE UPDATE OF received ON deliveries
    WHEN EXISTS (SELECT 1 FROM retired_keys WHERE key_id = lower(hex(substr(NEW.received, 2, 8))))
    BEGIN SELECT RAISE(ABORT, 'the master key was taken away'); END;
