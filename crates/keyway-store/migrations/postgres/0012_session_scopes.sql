-- What whoever asked was given to do while they asked: what a session holds of answers was had with it,
-- and is seen by nobody who holds less.
ALTER TABLE sessions ADD COLUMN scopes TEXT COLLATE "C" NOT NULL DEFAULT '';
