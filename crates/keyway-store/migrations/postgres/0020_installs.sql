-- Providers that are installed through a browser or with typed-in secrets (ADR 0045).

-- How far an installation is. What needs no install is installed at once.
ALTER TABLE installations ADD COLUMN state TEXT COLLATE "C" NOT NULL DEFAULT 'installed'
    CHECK (state IN ('pending', 'waiting', 'installed', 'suspended', 'revoked', 'needs_reauth'));
-- The third party's id of the app that it is installed with; empty where the provider has none.
ALTER TABLE installations ADD COLUMN app TEXT COLLATE "C" NOT NULL DEFAULT '';
-- Where it is installed, as one JSON object, and the third party's id of that.
ALTER TABLE installations ADD COLUMN workspace TEXT COLLATE "C";
ALTER TABLE installations ADD COLUMN workspace_id TEXT COLLATE "C";
-- The provider's secrets, one JSON object by name, sealed for (organization, 'installations', 'secrets', id).
ALTER TABLE installations ADD COLUMN secrets BYTEA;
-- The token to act with, sealed for (organization, 'installations', 'token', id).
ALTER TABLE installations ADD COLUMN token BYTEA;
ALTER TABLE installations ADD COLUMN token_expires_at BIGINT;
-- What webhooks were signed with before, sealed for (organization, 'installations', 'sealed_before', id).
ALTER TABLE installations ADD COLUMN sealed_before BYTEA;
-- Until when that is good as well.
ALTER TABLE installations ADD COLUMN before_until BIGINT;
-- Grows with each change, but for those of the token alone.
ALTER TABLE installations ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
ALTER TABLE installations ADD COLUMN installed_at BIGINT;
ALTER TABLE installations ADD COLUMN installed_by TEXT COLLATE "C";
ALTER TABLE installations ADD COLUMN changed_at BIGINT;
ALTER TABLE installations ADD COLUMN changed_by TEXT COLLATE "C";

-- One app is in one workspace once. What is installed without an app is held apart by organization alone.
CREATE UNIQUE INDEX installations_by_workspace ON installations (provider, app, workspace_id)
    WHERE app <> '' AND workspace_id IS NOT NULL AND state IN ('installed', 'suspended', 'needs_reauth');
CREATE INDEX installations_at_workspace ON installations (provider, workspace_id)
    WHERE workspace_id IS NOT NULL;

-- What it may do at the third party: a JSON list of names.
ALTER TABLE publications ADD COLUMN scopes TEXT COLLATE "C" NOT NULL DEFAULT '[]';

-- Browsers that are at a third party to install.
CREATE TABLE install_attempts (
    -- The hash of its `state`.
    id              TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    organization_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    installation_id TEXT COLLATE "C" NOT NULL REFERENCES installations (id) ON DELETE CASCADE,
    -- The hash of the cookie of the browser it began in.
    browser         TEXT COLLATE "C" NOT NULL,
    -- The setup link it began with; whoever administers otherwise.
    setup_link      TEXT COLLATE "C",
    -- What is needed to go on, sealed for (organization, 'install_attempts', 'sealed', id). It goes when it
    -- is used.
    sealed          BYTEA,
    expires_at      BIGINT NOT NULL
);
CREATE INDEX install_attempts_by_installation ON install_attempts (installation_id);

-- Links that let whoever has one install, without being anybody here.
CREATE TABLE setup_links (
    -- The hash of its token.
    id              TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    organization_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    installation_id TEXT COLLATE "C" NOT NULL REFERENCES installations (id) ON DELETE CASCADE,
    created_at      BIGINT NOT NULL,
    created_by      TEXT COLLATE "C" NOT NULL,
    expires_at      BIGINT NOT NULL,
    -- When it was installed with it.
    used_at         BIGINT,
    revoked_at      BIGINT
);
CREATE INDEX setup_links_by_installation ON setup_links (installation_id);

-- As for credentials: nothing is stored under a master key that was taken away.
CREATE TRIGGER installations_no_retired_key_secrets BEFORE INSERT OR UPDATE OF secrets ON installations
    FOR EACH ROW EXECUTE FUNCTION no_retired_key('secrets');
CREATE TRIGGER installations_no_retired_key_token BEFORE INSERT OR UPDATE OF token ON installations
    FOR EACH ROW EXECUTE FUNCTION no_retired_key('token');
CREATE TRIGGER installations_no_retired_key_sealed_before BEFORE INSERT OR UPDATE OF sealed_before ON installations
    FOR EACH ROW EXECUTE FUNCTION no_retired_key('sealed_before');
CREATE TRIGGER install_attempts_no_retired_key_sealed BEFORE INSERT OR UPDATE OF sealed ON install_attempts
    FOR EACH ROW EXECUTE FUNCTION no_retired_key('sealed');
