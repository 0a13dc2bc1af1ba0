-- Providers with their sealed keys, an owner's prices, and what a run keeps of what was sent and came.

CREATE TABLE providers (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    base_url TEXT,
    -- Sealed with the studio's secret key, as the headers are.
    sealed_key TEXT,
    key_hint TEXT,
    sealed_headers TEXT,
    header_names TEXT NOT NULL,
    models TEXT NOT NULL,
    models_typed BIGINT NOT NULL,
    checked TEXT,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    UNIQUE (project_id, name)
);

-- An owner's entries over the table of prices that comes with the program.
CREATE TABLE prices (
    project_id TEXT NOT NULL REFERENCES projects (id),
    model TEXT NOT NULL,
    entry TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    PRIMARY KEY (project_id, model)
);

-- Version 0 is a draft: its template stands in run_details, as every run's does.
ALTER TABLE runs ADD COLUMN reasoning TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN tool_calls TEXT NOT NULL DEFAULT '[]';

-- What only the run's own page reads.
CREATE TABLE run_details (
    run_id TEXT PRIMARY KEY REFERENCES runs (id),
    -- The version or draft as it was written.
    template TEXT NOT NULL,
    -- The price that was charged.
    price TEXT,
    -- The provider's answer as it came.
    answer TEXT
);

-- What a tool answers in the playground when nobody does.
CREATE TABLE tool_mocks (
    prompt_id TEXT NOT NULL REFERENCES prompts (id),
    tool TEXT NOT NULL,
    answer TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    PRIMARY KEY (prompt_id, tool)
);
