-- Plans take pictures of cameras too: of some (numbers, each on a line of its own), of an organisation with all below it, of a group.
ALTER TABLE snapshot_plans ADD COLUMN channels TEXT NOT NULL DEFAULT '';
ALTER TABLE snapshot_plans ADD COLUMN organisation_id BIGINT REFERENCES organisations (id);
ALTER TABLE snapshot_plans ADD COLUMN group_id BIGINT REFERENCES camera_groups (id);
