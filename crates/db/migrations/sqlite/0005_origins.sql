-- Where streams that nobody publishes here are pulled from: URLs with places for the name, one a line.
ALTER TABLE applications ADD COLUMN origins TEXT;
