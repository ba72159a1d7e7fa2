-- Virtual hosts; the default one has no row. Names and domains are lower case.
CREATE TABLE hosts (
    name       TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL
);

CREATE TABLE host_domains (
    domain   TEXT PRIMARY KEY,
    host     TEXT NOT NULL REFERENCES hosts (name) ON DELETE CASCADE,
    position BIGINT NOT NULL
);

CREATE INDEX host_domains_by_host ON host_domains (host, position);

-- Sources belong to a host as well; those so far are on the default one.
ALTER TABLE sources ADD COLUMN vhost TEXT NOT NULL DEFAULT 'default';
ALTER TABLE sources ALTER COLUMN vhost DROP DEFAULT;
ALTER TABLE sources DROP CONSTRAINT sources_pkey;
ALTER TABLE sources ADD PRIMARY KEY (vhost, app, name);

-- The stream's name as text has its host; this is what accounts are chosen and added up by.
ALTER TABLE viewer_sessions ADD COLUMN vhost TEXT NOT NULL DEFAULT 'default';
