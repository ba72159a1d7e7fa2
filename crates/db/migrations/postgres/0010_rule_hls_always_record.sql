-- Whether HLS and DASH are cut before anybody asks.
ALTER TABLE applications ADD COLUMN hls_always BIGINT;
-- Whether streams are to be recorded, which other systems are told.
ALTER TABLE applications ADD COLUMN record BIGINT;
