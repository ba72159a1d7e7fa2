-- What people call the positions and tours of a camera; the positions themselves are kept by the device. A picture of the
-- position is a number of the store of snapshots, if there is one.
CREATE TABLE ptz_presets (
    channel_id  BIGINT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    number      BIGINT NOT NULL CHECK (number BETWEEN 1 AND 255),
    name        TEXT NOT NULL,
    snapshot_id BIGINT,
    PRIMARY KEY (channel_id, number)
);

-- Steps are JSON: [{"preset": 1, "dwell_s": 10}, ...].
CREATE TABLE ptz_cruises (
    channel_id  BIGINT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    number      BIGINT NOT NULL CHECK (number BETWEEN 1 AND 255),
    name        TEXT NOT NULL,
    steps       TEXT NOT NULL,
    PRIMARY KEY (channel_id, number)
);
