-- What people edit counts its changes, so that a change made of an old reading is noticed.
ALTER TABLE organizations    ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
ALTER TABLE memberships      ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
ALTER TABLE projects         ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
ALTER TABLE service_accounts ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
ALTER TABLE api_keys         ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
ALTER TABLE oauth_clients    ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;

-- Lists are read a part at a time, in the order of these.
CREATE INDEX memberships_by_age      ON memberships (organization_id, created_at, user_id);
CREATE INDEX projects_by_age         ON projects (organization_id, created_at, id);
CREATE INDEX service_accounts_by_age ON service_accounts (organization_id, created_at, id);
CREATE INDEX oauth_grants_by_place   ON oauth_grants (organization_id, client_id);
