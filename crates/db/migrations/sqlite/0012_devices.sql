-- Things with an address and credentials. Numbers are never given twice: an undone removal brings them back.
CREATE TABLE devices (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    name            TEXT NOT NULL,
    driver          TEXT NOT NULL,
    address         TEXT NOT NULL,
    username        TEXT,
    password        TEXT,
    vendor          TEXT NOT NULL,
    model           TEXT NOT NULL,
    serial          TEXT NOT NULL,
    enabled         INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    version         INTEGER NOT NULL,
    UNIQUE (organisation_id, name)
) STRICT;

-- Their lines: cameras, alarm inputs, sound. Places are WGS-84, with what was typed beside them. A stream without a name is
-- called by the channel's number.
CREATE TABLE channels (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    device_id       INTEGER NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    number          TEXT NOT NULL,
    name            TEXT NOT NULL,
    kind            TEXT NOT NULL,
    code            TEXT UNIQUE,
    area_code       TEXT,
    road_code       TEXT NOT NULL,
    road_name       TEXT NOT NULL,
    stake_m         INTEGER,
    direction       TEXT,
    carriageway     TEXT,
    longitude       REAL,
    latitude        REAL,
    crs             TEXT,
    given_longitude REAL,
    given_latitude  REAL,
    heading         REAL,
    ptz             INTEGER NOT NULL,
    tags            TEXT NOT NULL,
    details         TEXT NOT NULL,
    main_address    TEXT NOT NULL,
    sub_address     TEXT,
    main_stream     TEXT UNIQUE,
    sub_stream      TEXT UNIQUE,
    mode            TEXT NOT NULL CHECK (mode IN ('on_demand', 'always')),
    enabled         INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    version         INTEGER NOT NULL
) STRICT;

CREATE INDEX channels_by_device ON channels (device_id);
CREATE INDEX channels_by_organisation ON channels (organisation_id);
