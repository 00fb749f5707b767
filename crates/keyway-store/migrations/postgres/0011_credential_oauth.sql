-- What authorization servers granted for credentials of the kind `oauth2` (ADR 0036). Their other
-- half, name and place, is the row in `credentials`.
CREATE TABLE credential_grants (
    credential_id   TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES credentials (id) ON DELETE CASCADE,
    organization_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    -- The tokens, sealed for (organization, 'credential_grants', 'sealed', credential_id).
    sealed          BYTEA NOT NULL,
    -- When tokens were last given, when the access token expires as far as is known, and whether the
    -- server refused to renew it.
    renewed_at      BIGINT NOT NULL,
    expires_at      BIGINT,
    renewable       BOOLEAN NOT NULL,
    refused         BOOLEAN NOT NULL,
    -- The code of the last renewal that failed, until one succeeds.
    failure         TEXT COLLATE "C",
    failed_at       BIGINT,
    -- Grows with each change of what is sealed.
    generation      BIGINT NOT NULL,
    -- Whoever renews it holds it until then. `fence` grows with every holder and every sign-in, and
    -- nothing is written by someone whose fence is no longer the row's.
    held_until      BIGINT,
    fence           BIGINT NOT NULL
);
CREATE INDEX credential_grants_by_organization ON credential_grants (organization_id);

-- Grows when tokens change, so that every process reads them again.
INSERT INTO counters (name, value) VALUES ('credential_grant_epoch', 1);
CREATE CONSTRAINT TRIGGER credential_grants_added AFTER INSERT ON credential_grants
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION grow_counter('credential_grant_epoch');
CREATE CONSTRAINT TRIGGER credential_grants_removed AFTER DELETE ON credential_grants
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION grow_counter('credential_grant_epoch');
CREATE CONSTRAINT TRIGGER credential_grants_changed AFTER UPDATE OF generation ON credential_grants
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION grow_counter('credential_grant_epoch');

-- People who are at an authorization server and have not come back. Good once, for a while, in the
-- web session it began in.
CREATE TABLE credential_sign_ins (
    -- The hash of the `state`.
    id              TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    organization_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    user_id         TEXT COLLATE "C" NOT NULL,
    web_session_id  TEXT COLLATE "C" NOT NULL REFERENCES web_sessions (id) ON DELETE CASCADE,
    key             TEXT COLLATE "C" NOT NULL,
    -- What is to be connected, and the PKCE verifier, sealed for (organization,
    -- 'credential_sign_ins', 'sealed', id).
    sealed          BYTEA NOT NULL,
    expires_at      BIGINT NOT NULL
);
CREATE INDEX credential_sign_ins_by_web_session ON credential_sign_ins (web_session_id);
CREATE INDEX credential_sign_ins_by_organization ON credential_sign_ins (organization_id);
CREATE INDEX credential_sign_ins_by_expiry ON credential_sign_ins (expires_at);

-- As for credentials: nothing is stored under a master key that was taken away.
CREATE TRIGGER credential_grants_no_retired_key_sealed BEFORE INSERT OR UPDATE OF sealed ON credential_grants
    FOR EACH ROW EXECUTE FUNCTION no_retired_key('sealed');
CREATE TRIGGER credential_sign_ins_no_retired_key_sealed BEFORE INSERT OR UPDATE OF sealed ON credential_sign_ins
    FOR EACH ROW EXECUTE FUNCTION no_retired_key('sealed');
