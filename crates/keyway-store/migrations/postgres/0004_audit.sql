-- The audit log. Its events are in the blocks of 0010, with which PostgreSQL began.

-- Against mistakes. Against who may write the rows there is the chain.
CREATE FUNCTION only_appended_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0];
END $$;

-- Signed words on how far a log had come.
CREATE TABLE audit_checkpoints (
    organization_id TEXT COLLATE "C" NOT NULL,
    seq             BIGINT NOT NULL,
    at              BIGINT NOT NULL,
    hash            BYTEA NOT NULL,
    key_id          TEXT COLLATE "C" NOT NULL,
    signature       BYTEA NOT NULL,
    PRIMARY KEY (organization_id, seq)
);

CREATE TRIGGER audit_checkpoints_stay BEFORE UPDATE ON audit_checkpoints
    FOR EACH ROW EXECUTE FUNCTION only_appended_to('the audit log is only ever appended to');
CREATE TRIGGER audit_checkpoints_are_kept BEFORE DELETE ON audit_checkpoints
    FOR EACH ROW EXECUTE FUNCTION only_appended_to('the audit log is only ever appended to');
