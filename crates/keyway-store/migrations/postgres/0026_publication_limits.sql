-- What a publication may use, and when it runs by the clock (ADR 0051).

-- What its turns may use, as one JSON object; an empty one bounds nothing.
ALTER TABLE publications ADD COLUMN limits TEXT COLLATE "C" NOT NULL DEFAULT '{}';
-- When it wakes the agent by the clock and with which words, as one JSON object. NULL where it does not.
ALTER TABLE publications ADD COLUMN schedule TEXT COLLATE "C";
-- When it does so next.
ALTER TABLE publications ADD COLUMN next_run_at BIGINT;
CREATE INDEX publications_due ON publications (next_run_at) WHERE next_run_at IS NOT NULL;

-- What the turns of a publication took on a day (UTC), in days since 1970-01-01.
CREATE TABLE publication_days (
    publication_id  TEXT COLLATE "C" NOT NULL REFERENCES publications (id) ON DELETE CASCADE,
    organization_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    day             BIGINT NOT NULL,
    turns           BIGINT NOT NULL DEFAULT 0,
    tokens          BIGINT NOT NULL DEFAULT 0,
    cost_micros     BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (publication_id, day)
);
