-- What a camera does by itself once nobody has steered it for a while.
CREATE TABLE ptz_idle (
    channel_id  INTEGER NOT NULL PRIMARY KEY REFERENCES channels (id) ON DELETE CASCADE,
    after_s     INTEGER NOT NULL CHECK (after_s > 0),
    action      TEXT NOT NULL CHECK (action IN ('preset', 'cruise', 'home')),
    -- Of the preset or cruise.
    number      INTEGER CHECK (number BETWEEN 1 AND 255),
    CHECK ((action = 'home') = (number IS NULL))
) STRICT;
