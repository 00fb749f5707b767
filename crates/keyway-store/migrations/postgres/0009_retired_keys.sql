-- Master keys that were taken away, by their ids in hexadecimal. Who still has one in memory, a command
-- that began before the rotation, writes nothing with it any more: nobody could open it.
CREATE TABLE retired_keys (
    key_id TEXT COLLATE "C" NOT NULL PRIMARY KEY
);

-- Refuses what is sealed with a master key that was taken away. Who takes keys away is alone with the
-- number of `retired_keys` (src/engine/alone.rs), and so waits for all who are about to write: what they
-- write is there to be sealed anew.
CREATE FUNCTION no_retired_key() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sealed bytea;
BEGIN
    EXECUTE format('SELECT ($1).%I', TG_ARGV[0]) INTO sealed USING NEW;
    IF sealed IS NULL THEN
        RETURN NEW;
    END IF;
    PERFORM pg_advisory_xact_lock_shared(4233397380213919127);
    IF EXISTS (SELECT 1 FROM retired_keys WHERE key_id = encode(substr(sealed, 2, 8), 'hex')) THEN
        RAISE EXCEPTION 'the master key was taken away' USING ERRCODE = 'KW001';
    END IF;
    RETURN NEW;
END $$;

-- The id stands behind the first byte (keyway-vault/src/record.rs).
CREATE TRIGGER credentials_no_retired_key_sealed BEFORE INSERT OR UPDATE OF sealed ON credentials
    FOR EACH ROW EXECUTE FUNCTION no_retired_key('sealed');
