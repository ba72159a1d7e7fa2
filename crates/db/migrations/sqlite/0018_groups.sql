-- Cameras that belong together for a purpose, across roads and stations: what a right may be for.
CREATE TABLE camera_groups (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    name            TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    version         INTEGER NOT NULL,
    UNIQUE (organisation_id, name)
) STRICT;

CREATE TABLE camera_group_members (
    group_id   INTEGER NOT NULL REFERENCES camera_groups (id) ON DELETE CASCADE,
    channel_id INTEGER NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, channel_id)
) STRICT;

CREATE INDEX camera_group_members_by_channel ON camera_group_members (channel_id);

-- Narrows a right to the members of a group, which belongs to the right's organisation.
ALTER TABLE grants ADD COLUMN group_id INTEGER REFERENCES camera_groups (id);
