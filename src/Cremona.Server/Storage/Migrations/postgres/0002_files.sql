CREATE TABLE files (
  id BIGINT NOT NULL PRIMARY KEY,
  group_id TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  created_at_seconds BIGINT NOT NULL,
  file_name TEXT NOT NULL,
  purpose TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  blob_key TEXT NOT NULL UNIQUE
);
CREATE INDEX ix_files_group ON files (group_id, created_at_seconds, id);

-- Bytes of all files of a group: the row that makes concurrent uploads respect the quota.
CREATE TABLE file_usage (
  group_id TEXT NOT NULL PRIMARY KEY,
  bytes BIGINT NOT NULL
);

-- Files that an unfinished job reads.
CREATE TABLE file_holds (
  holder TEXT NOT NULL,
  file_id BIGINT NOT NULL REFERENCES files (id),
  PRIMARY KEY (holder, file_id)
);
CREATE INDEX ix_file_holds_file ON file_holds (file_id);
