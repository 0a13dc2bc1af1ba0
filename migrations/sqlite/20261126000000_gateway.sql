-- The gateway's records, what they cost, budgets, cached answers, and what a project keeps.

-- `seq` sorts requests by when they ended: microseconds since 1970 × 1024, made unique. Lists, cursors and the word index go by it.
CREATE TABLE requests (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    project_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    source TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    key_id TEXT,
    end_user TEXT,
    session TEXT,
    trace_id TEXT,
    tags TEXT NOT NULL,
    prompt_id TEXT,
    version BIGINT,
    experiment TEXT,
    variant TEXT,
    run_id TEXT,
    model TEXT NOT NULL,
    outcome TEXT NOT NULL,
    status BIGINT NOT NULL,
    code TEXT,
    streamed BIGINT NOT NULL,
    cache TEXT NOT NULL,
    input BIGINT NOT NULL,
    cached BIGINT NOT NULL,
    cache_write BIGINT NOT NULL,
    image BIGINT NOT NULL,
    output BIGINT NOT NULL,
    reasoning BIGINT NOT NULL,
    estimated BIGINT NOT NULL,
    -- Nano-dollars; null where no price is known.
    cost BIGINT,
    saved BIGINT NOT NULL,
    -- Microseconds.
    queue_us BIGINT NOT NULL,
    upstream_us BIGINT NOT NULL,
    first_us BIGINT,
    whole_us BIGINT NOT NULL,
    retries BIGINT NOT NULL,
    asked TEXT NOT NULL
);

CREATE INDEX requests_of_project ON requests (project_id, seq);
CREATE INDEX requests_of_prompt ON requests (prompt_id, seq);
CREATE INDEX requests_of_key ON requests (key_id, seq);
CREATE INDEX requests_by_model ON requests (project_id, model, seq);
CREATE INDEX requests_by_user ON requests (project_id, end_user, seq);
CREATE INDEX requests_by_session ON requests (project_id, session, seq);
CREATE INDEX requests_by_outcome ON requests (project_id, outcome, seq);
CREATE INDEX requests_by_cache ON requests (project_id, cache, seq);
CREATE INDEX requests_by_source ON requests (project_id, source, seq);

CREATE TABLE request_tags (
    project_id TEXT NOT NULL,
    tag TEXT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (project_id, tag, seq)
);

CREATE INDEX request_tags_of ON request_tags (seq);

-- Compressed JSON.
CREATE TABLE request_bodies (
    seq INTEGER PRIMARY KEY,
    body BLOB NOT NULL
);

-- The words of bodies, for search; made anew from the bodies where it is missing.
CREATE VIRTUAL TABLE request_words USING fts5 (words, content = '', contentless_delete = 1, tokenize = 'unicode61');

-- How far each file of a journal has been moved: what was moved and is deleted since must not come back with it.
CREATE TABLE journal_places (
    file TEXT PRIMARY KEY,
    moved BIGINT NOT NULL
);

-- Sums of a quarter of an hour.
CREATE TABLE traffic (
    project_id TEXT NOT NULL,
    -- When it began, in seconds since 1970.
    slot BIGINT NOT NULL,
    prompt_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    model TEXT NOT NULL,
    key_id TEXT NOT NULL,
    source TEXT NOT NULL,
    requests BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    from_cache BIGINT NOT NULL,
    estimated BIGINT NOT NULL,
    unpriced BIGINT NOT NULL,
    input BIGINT NOT NULL,
    cached BIGINT NOT NULL,
    output BIGINT NOT NULL,
    reasoning BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    saved BIGINT NOT NULL,
    PRIMARY KEY (project_id, slot, prompt_id, version, model, key_id, source)
);

CREATE TABLE budgets (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    name TEXT NOT NULL,
    form TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    UNIQUE (project_id, name)
);

CREATE TABLE budget_spending (
    budget_id TEXT NOT NULL REFERENCES budgets (id),
    since BIGINT NOT NULL,
    subject TEXT NOT NULL,
    nanos BIGINT NOT NULL,
    PRIMARY KEY (budget_id, since, subject)
);

CREATE TABLE cached_answers (
    project_id TEXT NOT NULL,
    -- SHA-256 of everything that shapes the answer.
    hash TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    answer BLOB NOT NULL,
    PRIMARY KEY (project_id, hash)
);

CREATE INDEX cached_answers_made ON cached_answers (made_at);

CREATE TABLE gateway_settings (
    project_id TEXT PRIMARY KEY REFERENCES projects (id),
    settings TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL
);

-- What a key may do at most; null for no limit.
ALTER TABLE api_keys ADD COLUMN rate BIGINT;
ALTER TABLE api_keys ADD COLUMN concurrency BIGINT;
