-- Recordings that are fetched from devices into files of ours, and those that were.
CREATE TABLE recording_downloads (
    id          INTEGER PRIMARY KEY,
    -- The stream that plays the recording.
    app         TEXT NOT NULL,
    name        TEXT NOT NULL,
    device      TEXT NOT NULL,
    label       TEXT NOT NULL,
    begin_at    INTEGER NOT NULL,
    end_at      INTEGER NOT NULL,
    speed       INTEGER NOT NULL,
    -- "waiting", "running", "done", "failed".
    state       TEXT NOT NULL,
    -- Why it failed, or what is missing.
    note        TEXT NOT NULL,
    seconds     REAL NOT NULL,
    bytes       INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    created_by  TEXT NOT NULL,
    finished_at INTEGER
) STRICT;

-- Where moving devices were.
CREATE TABLE device_positions (
    id          INTEGER PRIMARY KEY,
    device      TEXT NOT NULL,
    -- The device, or what is below it.
    source      TEXT NOT NULL,
    device_id   INTEGER,
    at_ms       INTEGER NOT NULL,
    longitude   REAL NOT NULL,
    latitude    REAL NOT NULL,
    -- km/h, degrees clockwise from north, metres above the sea.
    speed       REAL,
    direction   REAL,
    altitude    REAL
) STRICT;

CREATE INDEX device_positions_by_device ON device_positions (device, at_ms);
