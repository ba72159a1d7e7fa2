-- The licence of this installation, as it was handed in: one row or none.
CREATE TABLE licence (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    text    TEXT NOT NULL,
    put_at  INTEGER NOT NULL,
    -- The latest time at which the server ran with it, so that a clock that is set back does not lengthen it.
    seen_at INTEGER NOT NULL
) STRICT;
