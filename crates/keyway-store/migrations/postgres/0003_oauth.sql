-- The authorization server. Codes, tokens, client secrets: SHA-256 in hexadecimal, never themselves.

-- Clients are made before anyone has signed in, so those that registered themselves or publish a
-- document belong to nobody; those an admin made belong to an organization.
CREATE TABLE oauth_clients (
    id                 TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    organization_id    TEXT COLLATE "C" REFERENCES organizations (id) ON DELETE CASCADE,
    kind               TEXT COLLATE "C" NOT NULL CHECK (kind IN ('registered', 'document', 'configured')),
    name               TEXT COLLATE "C" NOT NULL,
    -- Client metadata (RFC 7591), as it was checked.
    metadata           TEXT COLLATE "C" NOT NULL,
    secret_hash        TEXT COLLATE "C",
    -- Whom it acts as with `client_credentials`.
    service_account_id TEXT COLLATE "C",
    created_at         BIGINT NOT NULL,
    last_used_at       BIGINT NOT NULL,
    -- Of a document: until when it is fresh, and what to ask with after that.
    fresh_until        BIGINT,
    etag               TEXT COLLATE "C",
    FOREIGN KEY (organization_id, service_account_id)
        REFERENCES service_accounts (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX oauth_clients_by_organization ON oauth_clients (organization_id, created_at, id);
CREATE INDEX oauth_clients_by_last_use ON oauth_clients (kind, last_used_at);

-- Clients an organization does not want. Those that belong to nobody go on for the others.
CREATE TABLE oauth_client_blocks (
    organization_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    client_id       TEXT COLLATE "C" NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (organization_id, client_id)
);
CREATE INDEX oauth_client_blocks_by_client ON oauth_client_blocks (client_id);

-- What someone let a client do: the family of all tokens that came of it.
CREATE TABLE oauth_grants (
    id                 TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    organization_id    TEXT COLLATE "C" NOT NULL,
    user_id            TEXT COLLATE "C",
    service_account_id TEXT COLLATE "C",
    client_id          TEXT COLLATE "C" NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
    kind               TEXT COLLATE "C" NOT NULL CHECK (kind IN ('code', 'device', 'client')),
    scopes             TEXT COLLATE "C" NOT NULL,
    resource           TEXT COLLATE "C" NOT NULL,
    created_at         BIGINT NOT NULL,
    last_used_at       BIGINT,
    -- The absolute end of the family.
    expires_at         BIGINT NOT NULL,
    revoked_at         BIGINT,
    -- Why: user, admin, client, replay, reuse.
    revoked_for        TEXT COLLATE "C",
    CHECK ((user_id IS NULL) <> (service_account_id IS NULL)),
    FOREIGN KEY (organization_id, user_id)
        REFERENCES memberships (organization_id, user_id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, service_account_id)
        REFERENCES service_accounts (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX oauth_grants_by_organization ON oauth_grants (organization_id, id);
CREATE INDEX oauth_grants_by_user ON oauth_grants (organization_id, user_id, client_id);
CREATE INDEX oauth_grants_by_service_account ON oauth_grants (organization_id, service_account_id);
CREATE INDEX oauth_grants_by_client ON oauth_grants (client_id);

CREATE TABLE oauth_tokens (
    hash            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    grant_id        TEXT COLLATE "C" NOT NULL REFERENCES oauth_grants (id) ON DELETE CASCADE,
    organization_id TEXT COLLATE "C" NOT NULL,
    kind            TEXT COLLATE "C" NOT NULL CHECK (kind IN ('access', 'refresh')),
    scopes          TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    -- Of a refresh token: when it was used, and the pair that came of it.
    used_at         BIGINT,
    next_refresh    TEXT COLLATE "C",
    next_access     TEXT COLLATE "C",
    -- The key the token is bound to (RFC 9449: `jkt:<thumbprint>`). Empty for a bearer token, the
    -- only kind there is so far; a row that has one never passes as a bearer token.
    cnf             TEXT COLLATE "C"
);
CREATE INDEX oauth_tokens_by_grant ON oauth_tokens (grant_id);
CREATE INDEX oauth_tokens_by_end ON oauth_tokens (expires_at);

CREATE TABLE oauth_codes (
    hash            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    organization_id TEXT COLLATE "C" NOT NULL,
    user_id         TEXT COLLATE "C" NOT NULL,
    client_id       TEXT COLLATE "C" NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
    redirect_uri    TEXT COLLATE "C" NOT NULL,
    challenge       TEXT COLLATE "C" NOT NULL,
    scopes          TEXT COLLATE "C" NOT NULL,
    resource        TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    used_at         BIGINT,
    -- What came of it, so that a second use can end it.
    grant_id        TEXT COLLATE "C",
    FOREIGN KEY (organization_id, user_id)
        REFERENCES memberships (organization_id, user_id) ON DELETE CASCADE
);
CREATE INDEX oauth_codes_by_user ON oauth_codes (organization_id, user_id);
CREATE INDEX oauth_codes_by_client ON oauth_codes (client_id);
CREATE INDEX oauth_codes_by_end ON oauth_codes (expires_at);

CREATE TABLE oauth_device_codes (
    hash            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_code_hash  TEXT COLLATE "C" NOT NULL UNIQUE,
    client_id       TEXT COLLATE "C" NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
    scopes          TEXT COLLATE "C" NOT NULL,
    resource        TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    -- How long to wait between two questions, in milliseconds; grows with `slow_down`.
    interval_ms     BIGINT NOT NULL,
    polled_at       BIGINT,
    organization_id TEXT COLLATE "C",
    user_id         TEXT COLLATE "C",
    approved_at     BIGINT,
    denied_at       BIGINT,
    used_at         BIGINT,
    FOREIGN KEY (organization_id, user_id)
        REFERENCES memberships (organization_id, user_id) ON DELETE CASCADE
);
CREATE INDEX oauth_device_codes_by_client ON oauth_device_codes (client_id);
CREATE INDEX oauth_device_codes_by_user ON oauth_device_codes (organization_id, user_id);
CREATE INDEX oauth_device_codes_by_end ON oauth_device_codes (expires_at);

-- What a person agreed to, so that they are not asked the same again.
CREATE TABLE oauth_consents (
    organization_id TEXT COLLATE "C" NOT NULL,
    user_id         TEXT COLLATE "C" NOT NULL,
    client_id       TEXT COLLATE "C" NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
    scopes          TEXT COLLATE "C" NOT NULL,
    resource        TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (organization_id, user_id, client_id, resource),
    FOREIGN KEY (organization_id, user_id)
        REFERENCES memberships (organization_id, user_id) ON DELETE CASCADE
);
CREATE INDEX oauth_consents_by_client ON oauth_consents (client_id);

-- Assertions of clients that sign (RFC 7523) work once.
CREATE TABLE oauth_assertions (
    client_id  TEXT COLLATE "C" NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
    jti_hash   TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (client_id, jti_hash)
);
CREATE INDEX oauth_assertions_by_end ON oauth_assertions (expires_at);
