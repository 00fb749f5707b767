-- What administrators decided about MCP servers and their tools: connectors, configured and defined
-- servers alike, by the server's key. Nothing refers to a table of servers: some of them are files.

CREATE TABLE server_settings (
    organization_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    server          TEXT COLLATE "C" NOT NULL,
    disabled        BOOLEAN NOT NULL DEFAULT FALSE,
    -- Whether a changed definition is shown at once or only once it was accepted, and whether a new tool
    -- is. NULL: as is usual for servers of its kind.
    definitions     TEXT COLLATE "C" CHECK (definitions IN ('follow', 'pin')),
    new_tools       TEXT COLLATE "C" CHECK (new_tools IN ('on', 'off')),
    -- Only tools that are allowed one by one are shown.
    only_allowed    BOOLEAN NOT NULL DEFAULT FALSE,
    needs_approval  BOOLEAN NOT NULL DEFAULT FALSE,
    -- When the list was taken in that all others are held against.
    first_listed_at BIGINT,
    -- Grows with each change of the settings.
    revision        BIGINT NOT NULL DEFAULT 1,
    -- What `server_tools_epoch` was when anything of the server last changed.
    epoch           BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (organization_id, server)
);
CREATE INDEX server_settings_by_epoch ON server_settings (epoch);

CREATE TABLE tool_settings (
    organization_id TEXT COLLATE "C" NOT NULL,
    server          TEXT COLLATE "C" NOT NULL,
    -- The server's own name of the tool.
    tool            TEXT COLLATE "C" NOT NULL,
    -- TRUE: allowed; FALSE: denied; NULL: as the server's settings say.
    allowed         BOOLEAN,
    needs_approval  BOOLEAN,
    -- What is shown instead of what the server says.
    name            TEXT COLLATE "C",
    description     TEXT COLLATE "C",
    revision        BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (organization_id, server, tool),
    FOREIGN KEY (organization_id, server)
        REFERENCES server_settings (organization_id, server) ON DELETE CASCADE
);
CREATE UNIQUE INDEX tool_settings_by_name ON tool_settings (organization_id, server, name)
    WHERE name IS NOT NULL;

CREATE TABLE tool_pins (
    organization_id TEXT COLLATE "C" NOT NULL,
    server          TEXT COLLATE "C" NOT NULL,
    tool            TEXT COLLATE "C" NOT NULL,
    -- The definition that was accepted, by whom (NULL: by policy) and when. NULL: none ever was.
    hash            TEXT COLLATE "C",
    definition      TEXT COLLATE "C",
    accepted_by     TEXT COLLATE "C",
    accepted_at     BIGINT,
    -- What the server lists instead, and what is risky about it, as JSON.
    held_hash       TEXT COLLATE "C",
    held_definition TEXT COLLATE "C",
    held_at         BIGINT,
    held_findings   TEXT COLLATE "C",
    -- The one of these that an administrator rejected.
    rejected_hash   TEXT COLLATE "C",
    PRIMARY KEY (organization_id, server, tool),
    FOREIGN KEY (organization_id, server)
        REFERENCES server_settings (organization_id, server) ON DELETE CASCADE,
    CHECK ((hash IS NULL) = (definition IS NULL)),
    CHECK ((held_hash IS NULL) = (held_definition IS NULL))
);
CREATE INDEX tool_pins_by_held ON tool_pins (organization_id, server) WHERE held_hash IS NOT NULL;

-- Grows with each change of any of them, so that every process takes it in.
INSERT INTO counters (name, value) VALUES ('server_tools_epoch', 1);
