-- Instances of credentials: the secrets of external services, sealed by the vault for their row.

CREATE TABLE credentials (
    id              TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    organization_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    -- The key of the definition. Definitions are code and files, so nothing refers to a table.
    key             TEXT COLLATE "C" NOT NULL,
    scope           TEXT COLLATE "C" NOT NULL CHECK (scope IN ('organization', 'project', 'user')),
    project_id      TEXT COLLATE "C" REFERENCES projects (id) ON DELETE CASCADE,
    user_id         TEXT COLLATE "C",
    name            TEXT COLLATE "C" NOT NULL,
    is_default      BOOLEAN NOT NULL,
    -- The fields as one JSON object, sealed for (organization, 'credentials', 'sealed', id).
    sealed          BYTEA NOT NULL,
    -- Grows with each change of what is sealed.
    revision        BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    changed_at      BIGINT NOT NULL,
    last_used_at    BIGINT,
    last_error      TEXT COLLATE "C",
    last_error_at   BIGINT,
    CHECK ((scope = 'project') = (project_id IS NOT NULL)),
    CHECK ((scope = 'user') = (user_id IS NOT NULL)),
    FOREIGN KEY (organization_id, user_id)
        REFERENCES memberships (organization_id, user_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX credentials_by_name
    ON credentials (organization_id, key, scope, coalesce(project_id, user_id, ''), name);
CREATE UNIQUE INDEX credentials_by_default
    ON credentials (organization_id, key, scope, coalesce(project_id, user_id, ''))
    WHERE is_default;
CREATE INDEX credentials_by_project ON credentials (project_id) WHERE project_id IS NOT NULL;
CREATE INDEX credentials_by_user ON credentials (organization_id, user_id) WHERE user_id IS NOT NULL;

-- Grows a counter, by its name: at the end of the transaction, so that its row is held after all others.
CREATE FUNCTION grow_counter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE counters SET value = value + 1 WHERE name = TG_ARGV[0];
    RETURN NULL;
END $$;

-- Grows with each change of any instance, so that every process lets go of what it holds.
INSERT INTO counters (name, value) VALUES ('credential_epoch', 1);
CREATE CONSTRAINT TRIGGER credentials_added AFTER INSERT ON credentials
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION grow_counter('credential_epoch');
CREATE CONSTRAINT TRIGGER credentials_removed AFTER DELETE ON credentials
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION grow_counter('credential_epoch');
CREATE CONSTRAINT TRIGGER credentials_changed AFTER UPDATE OF name, is_default, sealed, revision ON credentials
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION grow_counter('credential_epoch');
