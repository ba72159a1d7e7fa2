-- The tree that rights are given on; number 1 is the root, whose name is chosen by people.
CREATE TABLE organisations (
    id         INTEGER PRIMARY KEY,
    parent_id  INTEGER REFERENCES organisations (id) DEFERRABLE INITIALLY DEFERRED,
    name       TEXT NOT NULL,
    position   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    UNIQUE (parent_id, name)
) STRICT;

INSERT INTO organisations (id, parent_id, name, position, created_at, version) VALUES (1, NULL, '', 0, 0, 1);

-- Sessions get a public id, so that they can be listed and ended; everybody signs in again.
DROP TABLE login_sessions;

CREATE TABLE new_users (
    id              INTEGER PRIMARY KEY,
    name            TEXT NOT NULL UNIQUE,
    password_hash   TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    display_name    TEXT NOT NULL DEFAULT '',
    organisation_id INTEGER NOT NULL DEFAULT 1 REFERENCES organisations (id),
    enabled         INTEGER NOT NULL DEFAULT 1,
    totp_secret     BLOB,
    totp_counter    INTEGER,
    last_login_at   INTEGER,
    version         INTEGER NOT NULL DEFAULT 1
) STRICT;

INSERT INTO new_users (id, name, password_hash, created_at) SELECT id, name, password_hash, created_at FROM users;
DROP TABLE users;
ALTER TABLE new_users RENAME TO users;

-- Roles that people made; the built-in ones are the program's.
CREATE TABLE roles (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    permissions TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    version     INTEGER NOT NULL
) STRICT;

-- A built-in role by its name, or one of the table.
CREATE TABLE grants (
    id              INTEGER PRIMARY KEY,
    user_id         INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    built_in        TEXT CHECK (built_in IN ('administrator', 'operator', 'viewer', 'auditor')),
    role_id         INTEGER REFERENCES roles (id),
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    schedule        TEXT,
    CHECK ((built_in IS NULL) <> (role_id IS NULL))
) STRICT;

CREATE INDEX grants_by_user ON grants (user_id);

INSERT INTO grants (user_id, built_in, organisation_id) SELECT id, 'administrator', 1 FROM users;
CREATE TABLE login_sessions (
    id         TEXT PRIMARY KEY,
    token_hash BLOB NOT NULL UNIQUE,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    address    TEXT NOT NULL,
    agent      TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX login_sessions_by_expiry ON login_sessions (expires_at);
CREATE INDEX login_sessions_by_user ON login_sessions (user_id);

-- Keys of programs: no more than their user may, and only what they list.
CREATE TABLE api_keys (
    id           INTEGER PRIMARY KEY,
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    key_hash     BLOB NOT NULL UNIQUE,
    permissions  TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    UNIQUE (user_id, name)
) STRICT;

-- What people did. Rows are only ever added; each carries a keyed sum of itself and the one before.
CREATE TABLE audit (
    id      INTEGER PRIMARY KEY,
    at_ms   INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    address TEXT NOT NULL,
    action  TEXT NOT NULL,
    target  TEXT NOT NULL,
    outcome INTEGER NOT NULL,
    detail  TEXT NOT NULL,
    sum     BLOB NOT NULL
) STRICT;

CREATE INDEX audit_by_time ON audit (at_ms);
