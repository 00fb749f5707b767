-- Who is asking: people with passwords and identities, machine identities, invitations, web sessions.
-- Secrets are never stored: every `hash` is a SHA-256 in hexadecimal of something that was random.

-- In small letters. Only a verified address invites, resets and links.
ALTER TABLE users ADD COLUMN email TEXT COLLATE "C";
ALTER TABLE users ADD COLUMN email_verified_at BIGINT;
-- argon2id in PHC form.
ALTER TABLE users ADD COLUMN password_hash TEXT COLLATE "C";
ALTER TABLE users ADD COLUMN password_set_at BIGINT;
ALTER TABLE users ADD COLUMN disabled_at BIGINT;
CREATE UNIQUE INDEX users_by_email ON users (email);

-- A person as another issuer knows them: an OpenID provider, or `action` for an application's own
-- login action.
CREATE TABLE identities (
    issuer     TEXT COLLATE "C" NOT NULL,
    subject    TEXT COLLATE "C" NOT NULL,
    user_id    TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_by_user ON identities (user_id);

CREATE TABLE projects (
    id              TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    organization_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    slug            TEXT COLLATE "C" NOT NULL,
    name            TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT NOT NULL,
    UNIQUE (organization_id, slug)
);

CREATE TABLE service_accounts (
    id              TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    organization_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name            TEXT COLLATE "C" NOT NULL,
    role            TEXT COLLATE "C" NOT NULL CHECK (role IN ('admin', 'member')),
    created_at      BIGINT NOT NULL,
    disabled_at     BIGINT,
    UNIQUE (organization_id, id),
    UNIQUE (organization_id, name)
);

CREATE TABLE invitations (
    id              TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    organization_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    email           TEXT COLLATE "C" NOT NULL,
    role            TEXT COLLATE "C" NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    hash            TEXT COLLATE "C" NOT NULL UNIQUE,
    invited_by      TEXT COLLATE "C" REFERENCES users (id) ON DELETE SET NULL,
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    accepted_at     BIGINT,
    accepted_by     TEXT COLLATE "C" REFERENCES users (id) ON DELETE SET NULL,
    revoked_at      BIGINT
);
CREATE INDEX invitations_by_organization ON invitations (organization_id, created_at, id);

-- Links that work once: the set-up of the first owner, a forgotten password.
CREATE TABLE one_time_links (
    hash            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    purpose         TEXT COLLATE "C" NOT NULL CHECK (purpose IN ('setup', 'reset')),
    organization_id TEXT COLLATE "C" NOT NULL,
    user_id         TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    used_at         BIGINT,
    FOREIGN KEY (organization_id, user_id)
        REFERENCES memberships (organization_id, user_id) ON DELETE CASCADE
);
CREATE INDEX one_time_links_by_user ON one_time_links (user_id);

CREATE TABLE web_sessions (
    id              TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    organization_id TEXT COLLATE "C" NOT NULL,
    user_id         TEXT COLLATE "C" NOT NULL,
    hash            TEXT COLLATE "C" NOT NULL UNIQUE,
    method          TEXT COLLATE "C" NOT NULL,
    address         TEXT COLLATE "C" NOT NULL,
    user_agent      TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT NOT NULL,
    last_seen_at    BIGINT NOT NULL,
    -- The absolute end; the idle one follows from `last_seen_at`.
    expires_at      BIGINT NOT NULL,
    revoked_at      BIGINT,
    FOREIGN KEY (organization_id, user_id)
        REFERENCES memberships (organization_id, user_id) ON DELETE CASCADE
);
CREATE INDEX web_sessions_by_user ON web_sessions (user_id, created_at, id);

-- Keys may be a service account's, and have scopes.
ALTER TABLE api_keys ALTER COLUMN user_id DROP NOT NULL;
ALTER TABLE api_keys ADD COLUMN service_account_id TEXT COLLATE "C";
ALTER TABLE api_keys ADD COLUMN scopes TEXT COLLATE "C" NOT NULL DEFAULT 'mcp approvals admin';
ALTER TABLE api_keys ALTER COLUMN scopes DROP DEFAULT;
ALTER TABLE api_keys ADD CHECK ((user_id IS NULL) <> (service_account_id IS NULL));
ALTER TABLE api_keys ADD FOREIGN KEY (organization_id, service_account_id)
    REFERENCES service_accounts (organization_id, id) ON DELETE CASCADE;
CREATE INDEX api_keys_by_user ON api_keys (organization_id, user_id);
CREATE INDEX api_keys_by_service_account ON api_keys (organization_id, service_account_id);
