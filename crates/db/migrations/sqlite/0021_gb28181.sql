-- Sessions of GB/T 28181 that are open: what is found at a start is ended.
CREATE TABLE gb28181_dialogs (
    call_id  TEXT NOT NULL PRIMARY KEY,
    device   TEXT NOT NULL,
    -- JSON: tags, URIs, sequences.
    dialog   TEXT NOT NULL,
    began_at INTEGER NOT NULL
) STRICT;

-- Alarms that devices told of. They outlive devices and channels.
CREATE TABLE device_alarms (
    id             INTEGER PRIMARY KEY,
    received_at_ms INTEGER NOT NULL,
    -- By the device's own clock.
    raised_at_ms   INTEGER,
    device         TEXT NOT NULL,
    -- The device, or what is below it.
    source         TEXT NOT NULL,
    device_id      INTEGER,
    channel_id     INTEGER,
    priority       INTEGER,
    method         INTEGER,
    kind           INTEGER,
    description    TEXT NOT NULL,
    longitude      REAL,
    latitude       REAL
) STRICT;

CREATE INDEX device_alarms_by_time ON device_alarms (received_at_ms);
CREATE INDEX device_alarms_by_device ON device_alarms (device, received_at_ms);

-- What a driver is told besides: JSON, names with texts.
ALTER TABLE devices ADD COLUMN options TEXT NOT NULL DEFAULT '{}';
