-- Work that is to be done, each piece a row (ADR 0029). `seq` is the order in which it was queued.
-- Whoever claims a row holds it until `lease_until`; `fence` grows with every claim, and nothing is
-- written by someone whose fence is no longer the row's.
CREATE TABLE jobs (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT   NOT NULL UNIQUE,
    organization_id TEXT   NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    kind            TEXT   NOT NULL,
    name            TEXT   NOT NULL,
    -- Of the jobs of one key only the first one that has not ended may run.
    ordering_key    TEXT,
    -- Two jobs of one kind never have the same.
    once_key        TEXT,
    -- For whom it is done: the id to look for it by, and what is known of them as JSON.
    actor           TEXT   NOT NULL,
    asker           TEXT   NOT NULL,
    payload         TEXT   NOT NULL,
    state           TEXT   NOT NULL
                    CHECK (state IN ('queued', 'running', 'done', 'dead', 'cancelled')),
    run_at          BIGINT NOT NULL,
    attempts        BIGINT NOT NULL DEFAULT 0,
    max_attempts    BIGINT NOT NULL CHECK (max_attempts > 0),
    lease_holder    TEXT,
    lease_until     BIGINT,
    fence           BIGINT NOT NULL DEFAULT 0,
    last_error      TEXT,
    created_at      BIGINT NOT NULL,
    finished_at     BIGINT,
    CHECK ((state = 'running') = (lease_until IS NOT NULL)),
    CHECK ((state IN ('done', 'dead', 'cancelled')) = (finished_at IS NOT NULL))
);

CREATE UNIQUE INDEX jobs_once ON jobs (organization_id, kind, once_key) WHERE once_key IS NOT NULL;
CREATE INDEX jobs_by_run_at ON jobs (run_at, seq) WHERE state = 'queued';
CREATE INDEX jobs_by_lease ON jobs (lease_until) WHERE state = 'running';
CREATE INDEX jobs_in_order ON jobs (organization_id, ordering_key, seq)
    WHERE ordering_key IS NOT NULL AND state IN ('queued', 'running');
CREATE INDEX jobs_by_organization ON jobs (organization_id, seq);
CREATE INDEX jobs_by_actor ON jobs (organization_id, actor, seq);
CREATE INDEX jobs_by_end ON jobs (finished_at) WHERE finished_at IS NOT NULL;

-- What runs by the clock: up to which moment its runs are queued. `spec` is what it was told to run
-- by; another one begins anew.
CREATE TABLE schedules (
    organization_id TEXT   NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name            TEXT   NOT NULL,
    spec            TEXT   NOT NULL,
    queued_until    BIGINT NOT NULL,
    PRIMARY KEY (organization_id, name)
);

-- Messages to everyone who listens, an organization's one after another without a gap between two
-- that are kept (ADR 0030).
CREATE TABLE outbox (
    organization_id TEXT   NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    id              BIGINT NOT NULL,
    topic           TEXT   NOT NULL,
    payload         TEXT   NOT NULL,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (organization_id, id)
);

CREATE INDEX outbox_by_topic ON outbox (organization_id, topic, id);
CREATE INDEX outbox_by_created_at ON outbox (created_at);

-- The last id of each organization: it stays when the messages go.
CREATE TABLE outbox_ends (
    organization_id TEXT   NOT NULL PRIMARY KEY REFERENCES organizations (id) ON DELETE CASCADE,
    last_id         BIGINT NOT NULL
);
