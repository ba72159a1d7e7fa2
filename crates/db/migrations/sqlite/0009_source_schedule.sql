-- When a source may run: windows of the week such as "1-5 07:00-19:00; 6 10:00-24:00"; at any time where there is none.
ALTER TABLE sources ADD COLUMN schedule TEXT;
