-- What was appended at once to one log is one row: a block of events, one behind the other. Each event
-- has its place in the chain as before (src/audit/chain.rs); what is in the block is its moments, records
-- and hashes, side by side.
CREATE TABLE audit_blocks (
    organization_id TEXT COLLATE "C" NOT NULL,
    -- The places of its first and last event.
    first           BIGINT NOT NULL CHECK (first > 0),
    last            BIGINT NOT NULL CHECK (last >= first),
    -- Its earliest and its latest moment, in milliseconds since 1970.
    since           BIGINT NOT NULL,
    until           BIGINT NOT NULL,
    -- 8 bytes an event, big-endian.
    moments         BYTEA NOT NULL,
    -- One JSON object a line, without a line's end after the last.
    records         TEXT COLLATE "C" NOT NULL,
    -- The hash of the event before the first one.
    previous        BYTEA NOT NULL CHECK (length(previous) = 32),
    -- 32 bytes an event.
    hashes          BYTEA NOT NULL,
    -- What it can be found by: pairs of field and value, as JSON.
    marks           TEXT COLLATE "C" NOT NULL
);
-- Who appends where somebody else has been meanwhile is refused by this. It is the only index: one more
-- would be one more page to write while a call waits.
CREATE UNIQUE INDEX audit_blocks_by_first ON audit_blocks (organization_id, first);

-- Which blocks have an event of this kind, actor, tool or target. It only narrows down where to look:
-- what is found is decided by the records themselves.
CREATE TABLE audit_marks (
    organization_id TEXT COLLATE "C" NOT NULL,
    field           TEXT COLLATE "C" NOT NULL CHECK (field IN ('kind', 'actor', 'tool', 'target')),
    value           TEXT COLLATE "C" NOT NULL,
    first           BIGINT NOT NULL,
    PRIMARY KEY (organization_id, field, value, first)
);

-- In the same statement, so that there is no block that cannot be found. Marks may be left of a block
-- that somebody took away.
CREATE FUNCTION mark_audit_block() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_marks (organization_id, field, value, first)
        SELECT NEW.organization_id, mark ->> 0, mark ->> 1, NEW.first
        FROM json_array_elements(NEW.marks::json) AS all_marks (mark)
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER audit_blocks_are_marked AFTER INSERT ON audit_blocks
    FOR EACH ROW EXECUTE FUNCTION mark_audit_block();

CREATE TRIGGER audit_blocks_stay BEFORE UPDATE ON audit_blocks
    FOR EACH ROW EXECUTE FUNCTION only_appended_to('the audit log is only ever appended to');
CREATE TRIGGER audit_blocks_are_kept BEFORE DELETE ON audit_blocks
    FOR EACH ROW EXECUTE FUNCTION only_appended_to('the audit log is only ever appended to');
