-- Virtual hosts; the default one has no row. Names and domains are lower case.
CREATE TABLE hosts (
    name       TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE host_domains (
    domain   TEXT PRIMARY KEY,
    host     TEXT NOT NULL REFERENCES hosts (name) ON DELETE CASCADE,
    position INTEGER NOT NULL
) STRICT;

CREATE INDEX host_domains_by_host ON host_domains (host, position);

-- Sources belong to a host as well; those so far are on the default one.
CREATE TABLE sources_with_hosts (
    vhost      TEXT NOT NULL,
    app        TEXT NOT NULL,
    name       TEXT NOT NULL,
    url        TEXT NOT NULL,
    username   TEXT,
    password   TEXT,
    mode       TEXT NOT NULL CHECK (mode IN ('on_demand', 'always')),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (vhost, app, name)
) STRICT;

INSERT INTO sources_with_hosts (vhost, app, name, url, username, password, mode, created_at)
SELECT 'default', app, name, url, username, password, mode, created_at FROM sources;

DROP TABLE sources;
ALTER TABLE sources_with_hosts RENAME TO sources;

-- The stream's name as text has its host; this is what accounts are chosen and added up by.
ALTER TABLE viewer_sessions ADD COLUMN vhost TEXT NOT NULL DEFAULT 'default';
