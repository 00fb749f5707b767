-- Master keys that were taken away, by their ids in hexadecimal. Who still has one in memory, a command
-- that began before the rotation, writes nothing with it any more: nobody could open it.
CREATE TABLE retired_keys (
    key_id TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- The id stands behind the first byte (keyway-vault/src/record.rs).
CREATE TRIGGER credentials_no_retired_key_new BEFORE INSERT ON credentials
    WHEN EXISTS (SELECT 1 FROM retired_keys WHERE key_id = lower(hex(substr(NEW.sealed, 2, 8))))
    BEGIN SELECT RAISE(ABORT, 'the master key was taken away'); END;
CREATE TRIGGER credentials_no_retired_key BEFORE UPDATE OF sealed ON credentials
    WHEN EXISTS (SELECT 1 FROM retired_keys WHERE key_id = lower(hex(substr(NEW.sealed, 2, 8))))
    BEGIN SELECT RAISE(ABORT, 'the master key was taken away'); END;
