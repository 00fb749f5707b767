-- Clients that the gateway registered dynamically at authorization servers (RFC 7591), for credentials
-- whose server is found and not described (ADR 0041).
CREATE TABLE credential_clients (
    -- The organization, the key of the credential, and the name of the record, with `/` between them.
    id              TEXT    NOT NULL PRIMARY KEY,
    organization_id TEXT    NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    -- The key of the credential's definition.
    key             TEXT    NOT NULL,
    -- What was registered, sealed for (organization, 'credential_clients', 'sealed', id).
    sealed          BLOB    NOT NULL
);
CREATE INDEX credential_clients_by_key ON credential_clients (organization_id, key);

-- As for credentials: nothing is stored under a master key that was taken away.
CREATE TRIGGER credential_clients_no_retired_key_new BEFORE INSERT ON credential_clients
    WHEN EXISTS (SELECT 1 FROM retired_keys WHERE key_id = lower(hex(substr(NEW.sealed, 2, 8))))
    BEGIN SELECT RAISE(ABORT, 'the master key was taken away'); END;
CREATE TRIGGER credential_clients_no_retired_key BEFORE UPDATE OF sealed ON credential_clients
    WHEN EXISTS (SELECT 1 FROM retired_keys WHERE key_id = lower(hex(substr(NEW.sealed, 2, 8))))
    BEGIN SELECT RAISE(ABORT, 'the master key was taken away'); END;
