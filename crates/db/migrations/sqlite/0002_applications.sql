-- Rules for streams by name; the defaults of all streams become the rule of the widest pattern.
CREATE TABLE applications (
    id                 INTEGER PRIMARY KEY,
    pattern            TEXT NOT NULL UNIQUE,
    publish            TEXT CHECK (publish IN ('open', 'token', 'off')),
    play               TEXT CHECK (play IN ('open', 'token', 'off')),
    outputs            TEXT,
    audio              TEXT CHECK (audio IN ('keep', 'drop')),
    merge_window_ms    INTEGER,
    publisher_grace_ms INTEGER,
    idle_close_ms      INTEGER,
    gop_cap_bytes      INTEGER,
    interleave_wait_ms INTEGER,
    replace_publisher  INTEGER,
    created_at         INTEGER NOT NULL
) STRICT;

INSERT INTO applications
    (pattern, publisher_grace_ms, idle_close_ms, gop_cap_bytes, interleave_wait_ms, replace_publisher, created_at)
SELECT '*/*', publisher_grace_ms, idle_close_ms, gop_cap_bytes, interleave_wait_ms, replace_publisher, 0
FROM stream_defaults;

DROP TABLE stream_defaults;
