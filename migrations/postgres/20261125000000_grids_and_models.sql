-- Test cases of prompts, the grids that asked them of several versions and models, and models of this machine by file.

CREATE TABLE test_cases (
    id TEXT PRIMARY KEY,
    prompt_id TEXT NOT NULL REFERENCES prompts (id),
    number BIGINT NOT NULL,
    case_values TEXT NOT NULL,
    expected TEXT,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    UNIQUE (prompt_id, number)
);

CREATE TABLE grids (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    prompt_id TEXT NOT NULL REFERENCES prompts (id),
    -- Columns and cases as they were when it began: JSON.
    grid_columns TEXT NOT NULL,
    grid_cases TEXT NOT NULL,
    size BIGINT NOT NULL,
    concurrency BIGINT NOT NULL,
    -- Nano-dollars.
    budget BIGINT NOT NULL,
    state TEXT NOT NULL,
    why TEXT,
    -- Whose rights it runs with.
    user_id TEXT NOT NULL REFERENCES users (id),
    started_by TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    -- The node that works at it, as long as it says so.
    held_by TEXT NOT NULL DEFAULT '',
    held_until BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX grids_of_prompt ON grids (prompt_id, id);
CREATE INDEX grids_by_state ON grids (state, id);

CREATE TABLE grid_cells (
    grid_id TEXT NOT NULL REFERENCES grids (id),
    row_at BIGINT NOT NULL,
    column_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    run_id TEXT REFERENCES runs (id),
    -- Why it could not even begin.
    error TEXT,
    mark TEXT,
    note TEXT NOT NULL DEFAULT '',
    marked_by TEXT,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (grid_id, row_at, column_at)
);

-- The grid that a run was started by.
ALTER TABLE run_details ADD COLUMN grid_id TEXT REFERENCES grids (id);
CREATE INDEX run_details_of_grid ON run_details (grid_id);

-- Models of this machine besides those that the program brings: GGUF files, by their path.

CREATE TABLE local_models (
    name TEXT PRIMARY KEY,
    path TEXT NOT NULL,
    facts TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL
);
