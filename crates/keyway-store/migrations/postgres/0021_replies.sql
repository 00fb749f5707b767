-- Replies of agents where an event came from, each said once (ADR 0046).

-- Where the event came from, in the provider's words: ids, nothing secret. NULL where nothing is said back.
ALTER TABLE deliveries ADD COLUMN place TEXT COLLATE "C";
-- When a reply was first about to be said. After that it is looked for before it is said.
ALTER TABLE deliveries ADD COLUMN reply_begun_at BIGINT;
-- When it was there, and as what.
ALTER TABLE deliveries ADD COLUMN replied_at BIGINT;
ALTER TABLE deliveries ADD COLUMN reply_id TEXT COLLATE "C";
ALTER TABLE deliveries ADD COLUMN reply_url TEXT COLLATE "C";
-- Why nothing is said, once nothing more is tried: a code.
ALTER TABLE deliveries ADD COLUMN reply_error TEXT COLLATE "C";

CREATE INDEX deliveries_by_session ON deliveries (session_id, seq) WHERE session_id IS NOT NULL;
CREATE INDEX deliveries_by_conversation ON deliveries (publication_id, conversation)
    WHERE conversation IS NOT NULL;
