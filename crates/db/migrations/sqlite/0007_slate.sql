-- The file that is shown while a stream has no publisher; empty for none.
ALTER TABLE applications ADD COLUMN slate TEXT;
