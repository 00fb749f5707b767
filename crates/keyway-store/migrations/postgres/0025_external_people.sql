-- People at third parties who decide about calls as somebody here, and what is asked of them there (ADR 0050).

-- Somebody at a third party who said, signed in here, who they are. It is good for the one installation by
-- whose webhooks they were told, and goes with the membership.
CREATE TABLE external_people (
    id              TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    organization_id TEXT COLLATE "C" NOT NULL,
    user_id         TEXT COLLATE "C" NOT NULL,
    installation_id TEXT COLLATE "C" NOT NULL REFERENCES installations (id) ON DELETE CASCADE,
    provider        TEXT COLLATE "C" NOT NULL,
    -- The third party's id and name of where they are, and of who they are.
    workspace       TEXT COLLATE "C" NOT NULL,
    workspace_name  TEXT COLLATE "C" NOT NULL,
    external_id     TEXT COLLATE "C" NOT NULL,
    name            TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT NOT NULL,
    FOREIGN KEY (organization_id, user_id)
        REFERENCES memberships (organization_id, user_id) ON DELETE CASCADE
);
-- One is one, both ways.
CREATE UNIQUE INDEX external_people_by_person
    ON external_people (installation_id, workspace, external_id);
CREATE UNIQUE INDEX external_people_by_user ON external_people (installation_id, workspace, user_id);
CREATE INDEX external_people_by_member ON external_people (organization_id, user_id);

-- Links by which they say so, each once. The text of a link is never stored.
CREATE TABLE external_claims (
    hash            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    organization_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    installation_id TEXT COLLATE "C" NOT NULL REFERENCES installations (id) ON DELETE CASCADE,
    provider        TEXT COLLATE "C" NOT NULL,
    workspace       TEXT COLLATE "C" NOT NULL,
    workspace_name  TEXT COLLATE "C" NOT NULL,
    external_id     TEXT COLLATE "C" NOT NULL,
    name            TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    used_at         BIGINT
);
CREATE INDEX external_claims_by_person ON external_claims (installation_id, workspace, external_id);
CREATE INDEX external_claims_by_end ON external_claims (expires_at);

-- What is asked at the third party about a call that waits: written with the call, posted and kept up to
-- date afterwards.
CREATE TABLE approval_questions (
    approval_id     TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES approvals (id) ON DELETE CASCADE,
    organization_id TEXT COLLATE "C" NOT NULL,
    publication_id  TEXT COLLATE "C" NOT NULL,
    session_id      TEXT COLLATE "C" NOT NULL,
    -- Where the event came from, in the provider's words: ids, nothing secret.
    place           TEXT COLLATE "C" NOT NULL,
    -- When it was first about to be posted. After that it is looked for before it is posted.
    begun_at        BIGINT,
    -- When it was there, and as what.
    asked_at        BIGINT,
    message         TEXT COLLATE "C",
    -- The state of the approval that the message tells of.
    told            TEXT COLLATE "C" NOT NULL DEFAULT 'pending',
    attempts        BIGINT NOT NULL DEFAULT 0,
    -- When something is tried next, at the earliest.
    next_at         BIGINT NOT NULL,
    -- When nothing more is to be done.
    closed_at       BIGINT,
    -- Why nothing more is tried: a code.
    error           TEXT COLLATE "C"
);
CREATE INDEX approval_questions_open ON approval_questions (next_at) WHERE closed_at IS NULL;

-- Buttons that were pressed, each counted once.
CREATE TABLE approval_presses (
    publication_id TEXT COLLATE "C" NOT NULL,
    dedupe_key     TEXT COLLATE "C" NOT NULL,
    created_at     BIGINT NOT NULL,
    PRIMARY KEY (publication_id, dedupe_key)
);
CREATE INDEX approval_presses_by_age ON approval_presses (created_at);
