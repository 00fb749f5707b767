-- Ids are text with a typed prefix, moments are milliseconds since 1970 (UTC).

-- What the statements of the store use of SQLite, so that they need not be written twice (ADR 0052).
CREATE FUNCTION json_each(items text) RETURNS TABLE (value text)
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT one.value FROM json_array_elements_text(items::json) AS one(value) $$;
CREATE FUNCTION instr(whole text, part text) RETURNS bigint
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT strpos(whole, part)::bigint $$;
CREATE FUNCTION json_valid(document text) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN document::json IS NOT NULL;
EXCEPTION WHEN data_exception THEN
    RETURN FALSE;
END $$;
-- `path` is like `$.reason.kind`. The character U+0000, which no text can hold here, is another one.
CREATE FUNCTION json_extract(document text, path text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN replace(document, '\u0000', '\ufffd')::json #>> string_to_array(substr(path, 3), '.');
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END $$;

CREATE TABLE organizations (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    slug       TEXT COLLATE "C" NOT NULL UNIQUE,
    name       TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE users (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name       TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE memberships (
    organization_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    user_id         TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role            TEXT COLLATE "C" NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (organization_id, user_id)
);

CREATE INDEX memberships_by_user ON memberships (user_id);

-- A key itself is never stored: `hash` is its SHA-256 in hexadecimal, `shown` its first characters.
CREATE TABLE api_keys (
    id              TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    organization_id TEXT COLLATE "C" NOT NULL,
    user_id         TEXT COLLATE "C" NOT NULL,
    name            TEXT COLLATE "C" NOT NULL,
    shown           TEXT COLLATE "C" NOT NULL,
    hash            TEXT COLLATE "C" NOT NULL UNIQUE,
    created_at      BIGINT NOT NULL,
    last_used_at    BIGINT,
    expires_at      BIGINT,
    revoked_at      BIGINT,
    rotated_from    TEXT COLLATE "C" REFERENCES api_keys (id) ON DELETE SET NULL,
    FOREIGN KEY (organization_id, user_id)
        REFERENCES memberships (organization_id, user_id) ON DELETE CASCADE
);

CREATE INDEX api_keys_by_organization ON api_keys (organization_id, created_at, id);
CREATE INDEX api_keys_by_rotated_from ON api_keys (rotated_from);

-- Facts about this installation, such as the record that proves the master key.
CREATE TABLE facts (
    name  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value BYTEA NOT NULL
);

-- Numbers that only grow. `auth_epoch` grows with every change of an API key, in the same
-- transaction, so that other processes notice.
CREATE TABLE counters (
    name  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);

INSERT INTO counters (name, value) VALUES ('auth_epoch', 1);
