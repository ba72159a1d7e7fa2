-- Whether segments of HLS are encrypted.
ALTER TABLE applications ADD COLUMN encrypt_hls INTEGER;
