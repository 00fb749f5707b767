-- Clients that the gateway registered dynamically at authorization servers (RFC 7591), for credentials
-- whose server is found and not described (ADR 0041).
CREATE TABLE credential_clients (
    -- The organization, the key of the credential, and the name of the record, with `/` between them.
    id              TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    organization_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    -- The key of the credential's definition.
    key             TEXT COLLATE "C" NOT NULL,
    -- What was registered, sealed for (organization, 'credential_clients', 'sealed', id).
    sealed          BYTEA NOT NULL
);
CREATE INDEX credential_clients_by_key ON credential_clients (organization_id, key);

-- As for credentials: nothing is stored under a master key that was taken away.
CREATE TRIGGER credential_clients_no_retired_key_sealed BEFORE INSERT OR UPDATE OF sealed ON credential_clients
    FOR EACH ROW EXECUTE FUNCTION no_retired_key('sealed');
