-- The first schema: people, projects, keys, prompts with versions and labels, runs, and the record of who changed what.
-- Ids and JSON are TEXT, times BIGINT microseconds, booleans BIGINT 0/1, so that one SQL text reads both engines.

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    admin BIGINT NOT NULL,
    shortcuts BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE projects (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    time_zone TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE members (
    project_id TEXT NOT NULL REFERENCES projects (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, user_id)
);
CREATE INDEX members_by_user ON members (user_id);

-- Links that let somebody in: an invitation has a project and a role, a password reset has a user.
CREATE TABLE invitations (
    id TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    project_id TEXT REFERENCES projects (id),
    user_id TEXT REFERENCES users (id),
    email TEXT NOT NULL,
    role TEXT,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX invitations_by_project ON invitations (project_id);

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    user_id TEXT REFERENCES users (id),
    data TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);

-- Failed sign-ins by address and by account, so that a restart forgets none.
CREATE TABLE attempts (
    subject TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    since BIGINT NOT NULL
);

CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    name TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    hint TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX api_keys_by_project ON api_keys (project_id);

CREATE TABLE prompts (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    description TEXT NOT NULL,
    -- Name, description and tags in lower case: what a search reads.
    search TEXT NOT NULL,
    latest BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    archived_at BIGINT,
    UNIQUE (project_id, name)
);
CREATE INDEX prompts_by_update ON prompts (project_id, updated_at, id);

CREATE TABLE prompt_tags (
    prompt_id TEXT NOT NULL REFERENCES prompts (id),
    tag TEXT NOT NULL,
    PRIMARY KEY (prompt_id, tag)
);
CREATE INDEX prompt_tags_by_tag ON prompt_tags (tag);

CREATE TABLE versions (
    id TEXT PRIMARY KEY,
    prompt_id TEXT NOT NULL REFERENCES prompts (id),
    number BIGINT NOT NULL,
    body TEXT NOT NULL,
    model TEXT,
    params TEXT NOT NULL,
    tools TEXT NOT NULL,
    response_format TEXT,
    note TEXT NOT NULL,
    variables TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    author TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (prompt_id, number)
);

-- Includes as they were fixed when the version was saved.
CREATE TABLE pins (
    version_id TEXT NOT NULL REFERENCES versions (id),
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    label TEXT,
    included_id TEXT NOT NULL REFERENCES prompts (id),
    included_version BIGINT NOT NULL,
    PRIMARY KEY (version_id, position)
);
CREATE INDEX pins_by_included ON pins (included_id);

CREATE TABLE labels (
    prompt_id TEXT NOT NULL REFERENCES prompts (id),
    label TEXT NOT NULL,
    version BIGINT NOT NULL,
    moved_at BIGINT NOT NULL,
    moved_by TEXT NOT NULL,
    PRIMARY KEY (prompt_id, label)
);

CREATE TABLE label_moves (
    id TEXT PRIMARY KEY,
    prompt_id TEXT NOT NULL REFERENCES prompts (id),
    label TEXT NOT NULL,
    from_version BIGINT,
    to_version BIGINT NOT NULL,
    moved_at BIGINT NOT NULL,
    moved_by TEXT NOT NULL
);
CREATE INDEX label_moves_by_prompt ON label_moves (prompt_id, id);

CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    prompt_id TEXT NOT NULL REFERENCES prompts (id),
    version BIGINT NOT NULL,
    model TEXT NOT NULL,
    variables TEXT NOT NULL,
    messages TEXT NOT NULL,
    params TEXT NOT NULL,
    -- running, done, stopped or failed.
    state TEXT NOT NULL,
    finish TEXT,
    output TEXT NOT NULL,
    error TEXT,
    measure TEXT,
    started_by TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX runs_by_project ON runs (project_id, id);
CREATE INDEX runs_by_prompt ON runs (prompt_id, id);

-- Answers to requests that carried an Idempotency-Key, kept for a day.
CREATE TABLE idempotency (
    project_id TEXT NOT NULL,
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status BIGINT,
    body TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, key)
);

CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    project_id TEXT,
    actor TEXT NOT NULL,
    what TEXT NOT NULL,
    entity TEXT NOT NULL,
    detail TEXT NOT NULL,
    request_id TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX audit_by_project ON audit (project_id, id);

-- The change feed: the newest change of each entity. Nodes read what is past the number that they know.
CREATE TABLE changes (
    area TEXT NOT NULL,
    entity TEXT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (area, entity)
);
CREATE INDEX changes_by_seq ON changes (seq);
