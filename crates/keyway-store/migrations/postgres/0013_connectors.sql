-- Remote MCP servers that administrators connected (ADR 0039). One that was removed stays as a row
-- without its secrets, for the audit log to lead to.

CREATE TABLE connectors (
    id              TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    organization_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    -- The server's key: fixed for good.
    slug            TEXT COLLATE "C" NOT NULL,
    name            TEXT COLLATE "C" NOT NULL,
    url             TEXT COLLATE "C" NOT NULL,
    -- Whose it is: everybody's, those's who work for a project, or those's of some roles.
    scope           TEXT COLLATE "C" NOT NULL CHECK (scope IN ('organization', 'project', 'roles')),
    project_id      TEXT COLLATE "C" REFERENCES projects (id) ON DELETE CASCADE,
    -- Names of roles with a space between them.
    roles           TEXT COLLATE "C",
    enabled         BOOLEAN NOT NULL,
    -- How it is authenticated to, which of its tools are used and how long things may take, as one
    -- JSON object. It holds nothing secret.
    settings        TEXT COLLATE "C" NOT NULL,
    -- Values of headers and a client secret as one JSON object, sealed for (organization,
    -- 'connectors', 'sealed', id).
    sealed          BYTEA,
    -- Grows with each change.
    revision        BIGINT NOT NULL,
    -- How often somebody asked for a new connection.
    reconnects      BIGINT NOT NULL DEFAULT 0,
    created_at      BIGINT NOT NULL,
    created_by      TEXT COLLATE "C" NOT NULL,
    changed_at      BIGINT NOT NULL,
    changed_by      TEXT COLLATE "C" NOT NULL,
    removed_at      BIGINT,
    CHECK ((scope = 'project') = (project_id IS NOT NULL)),
    CHECK ((scope = 'roles') = (roles IS NOT NULL)),
    CHECK (removed_at IS NULL OR sealed IS NULL)
);
CREATE UNIQUE INDEX connectors_by_slug ON connectors (organization_id, slug)
    WHERE removed_at IS NULL;
CREATE INDEX connectors_by_project ON connectors (project_id) WHERE project_id IS NOT NULL;

-- Grows with each change of any connector, so that the process that serves takes it over.
INSERT INTO counters (name, value) VALUES ('connector_epoch', 1);
CREATE CONSTRAINT TRIGGER connectors_added AFTER INSERT ON connectors
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION grow_counter('connector_epoch');
CREATE CONSTRAINT TRIGGER connectors_deleted AFTER DELETE ON connectors
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION grow_counter('connector_epoch');
CREATE CONSTRAINT TRIGGER connectors_changed AFTER UPDATE OF revision, reconnects ON connectors
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION grow_counter('connector_epoch');

-- As for credentials: nothing is stored under a master key that was taken away.
CREATE TRIGGER connectors_no_retired_key_sealed BEFORE INSERT OR UPDATE OF sealed ON connectors
    FOR EACH ROW EXECUTE FUNCTION no_retired_key('sealed');
