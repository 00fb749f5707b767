-- What was appended at once to one log is one row: a block of events, one behind the other. Each event
-- has its place in the chain as before (src/audit/chain.rs); what is in the block is its moments, records
-- and hashes, side by side.
CREATE TABLE audit_blocks (
    organization_id TEXT    NOT NULL,
    -- The places of its first and last event.
    first           INTEGER NOT NULL CHECK (first > 0),
    last            INTEGER NOT NULL CHECK (last >= first),
    -- Its earliest and its latest moment, in milliseconds since 1970.
    since           INTEGER NOT NULL,
    until           INTEGER NOT NULL,
    -- 8 bytes an event, big-endian.
    moments         BLOB    NOT NULL,
    -- One JSON object a line, without a line's end after the last.
    records         TEXT    NOT NULL,
    -- The hash of the event before the first one.
    previous        BLOB    NOT NULL CHECK (length(previous) = 32),
    -- 32 bytes an event.
    hashes          BLOB    NOT NULL,
    -- What it can be found by: pairs of field and value, as JSON.
    marks           TEXT    NOT NULL
) STRICT;
-- Who appends where somebody else has been meanwhile is refused by this. It is the only index: one more
-- would be one more page to write while a call waits.
CREATE UNIQUE INDEX audit_blocks_by_first ON audit_blocks (organization_id, first);

-- Which blocks have an event of this kind, actor, tool or target. It only narrows down where to look:
-- what is found is decided by the records themselves.
CREATE TABLE audit_marks (
    organization_id TEXT    NOT NULL,
    field           TEXT    NOT NULL CHECK (field IN ('kind', 'actor', 'tool', 'target')),
    value           TEXT    NOT NULL,
    first           INTEGER NOT NULL,
    PRIMARY KEY (organization_id, field, value, first)
) STRICT, WITHOUT ROWID;

INSERT INTO audit_blocks
    SELECT organization_id, seq, seq, at, at, unhex(printf('%016x', at)), record, previous, hash, '[]'
    FROM audit_events ORDER BY organization_id, seq;
INSERT INTO audit_marks
    SELECT organization_id, 'kind', kind, seq FROM audit_events WHERE kind IS NOT NULL
    UNION ALL SELECT organization_id, 'actor', actor, seq FROM audit_events WHERE actor IS NOT NULL
    UNION ALL SELECT organization_id, 'tool', tool, seq FROM audit_events WHERE tool IS NOT NULL
    UNION ALL SELECT organization_id, 'target', target, seq FROM audit_events WHERE target IS NOT NULL;
DROP TABLE audit_events;

-- In the same statement, so that there is no block that cannot be found. Marks may be left of a block
-- that somebody took away.
CREATE TRIGGER audit_blocks_are_marked AFTER INSERT ON audit_blocks BEGIN
    INSERT OR IGNORE INTO audit_marks
        SELECT NEW.organization_id, value ->> 0, value ->> 1, NEW.first FROM json_each(NEW.marks);
END;

CREATE TRIGGER audit_blocks_stay BEFORE UPDATE ON audit_blocks
    BEGIN SELECT RAISE(ABORT, 'the audit log is only ever appended to'); END;
CREATE TRIGGER audit_blocks_are_kept BEFORE DELETE ON audit_blocks
    BEGIN SELECT RAISE(ABORT, 'the audit log is only ever appended to'); END;
