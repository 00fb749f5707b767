-- What happened, an organization's events one after another: each row's hash covers the row before
-- it (src/audit/chain.rs). No foreign key: the log stays when its organization goes.
--
-- What is looked for by is read out of the record itself, so that it cannot say anything else.
CREATE TABLE audit_events (
    organization_id TEXT    NOT NULL,
    seq             INTEGER NOT NULL CHECK (seq > 0),
    at              INTEGER NOT NULL,
    record          TEXT    NOT NULL,
    previous        BLOB    NOT NULL CHECK (length(previous) = 32),
    hash            BLOB    NOT NULL CHECK (length(hash) = 32),
    id              TEXT    GENERATED ALWAYS AS (record ->> '$.id') VIRTUAL,
    kind            TEXT    GENERATED ALWAYS AS (record ->> '$.kind') VIRTUAL,
    actor           TEXT    GENERATED ALWAYS AS (record ->> '$.actor.id') VIRTUAL,
    tool            TEXT    GENERATED ALWAYS AS (record ->> '$.tool') VIRTUAL,
    target          TEXT    GENERATED ALWAYS AS (record ->> '$.target.id') VIRTUAL,
    PRIMARY KEY (organization_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_events_by_kind ON audit_events (organization_id, kind, seq);
CREATE INDEX audit_events_by_actor ON audit_events (organization_id, actor, seq);
CREATE INDEX audit_events_by_tool ON audit_events (organization_id, tool, seq) WHERE tool IS NOT NULL;
CREATE INDEX audit_events_by_target ON audit_events (organization_id, target, seq) WHERE target IS NOT NULL;
CREATE INDEX audit_events_by_at ON audit_events (organization_id, at);

-- Signed words on how far a log had come.
CREATE TABLE audit_checkpoints (
    organization_id TEXT    NOT NULL,
    seq             INTEGER NOT NULL,
    at              INTEGER NOT NULL,
    hash            BLOB    NOT NULL,
    key_id          TEXT    NOT NULL,
    signature       BLOB    NOT NULL,
    PRIMARY KEY (organization_id, seq)
) STRICT, WITHOUT ROWID;

-- Against mistakes. Against who may write the file there is the chain.
CREATE TRIGGER audit_events_stay BEFORE UPDATE ON audit_events
    BEGIN SELECT RAISE(ABORT, 'the audit log is only ever appended to'); END;
CREATE TRIGGER audit_events_are_kept BEFORE DELETE ON audit_events
    BEGIN SELECT RAISE(ABORT, 'the audit log is only ever appended to'); END;
CREATE TRIGGER audit_checkpoints_stay BEFORE UPDATE ON audit_checkpoints
    BEGIN SELECT RAISE(ABORT, 'the audit log is only ever appended to'); END;
CREATE TRIGGER audit_checkpoints_are_kept BEFORE DELETE ON audit_checkpoints
    BEGIN SELECT RAISE(ABORT, 'the audit log is only ever appended to'); END;
