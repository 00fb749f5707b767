-- Sessions that people look at and go on with (ADR 0048).

-- One that was archived is read, and goes on no more.
ALTER TABLE sessions ADD COLUMN archived_at BIGINT;
-- The fence of the claim whose turn somebody stopped.
ALTER TABLE sessions ADD COLUMN stop_fence BIGINT;

-- When somebody stopped what a job says to an agent, before its turn ended.
ALTER TABLE jobs ADD COLUMN stop_at BIGINT;

CREATE INDEX approvals_by_session ON approvals (session, seq) WHERE session IS NOT NULL;
