-- Scores: what may be said of answers, and what was said.

-- A change makes a new version; scores keep the one that they were given on.
CREATE TABLE score_definitions (
    project_id TEXT NOT NULL REFERENCES projects (id),
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    -- JSON: kind, rubric, examples.
    definition TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    archived_at BIGINT,
    PRIMARY KEY (project_id, name, version)
);

CREATE TABLE scores (
    -- In the order of time.
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    -- A hash of the sender's id: a score that comes again takes the place of what it was.
    sent TEXT,
    name TEXT NOT NULL,
    -- The version of the definition; null where there was none.
    definition BIGINT,
    kind TEXT NOT NULL,
    -- In millionths, where it counts as a number.
    value BIGINT,
    -- Words: a category, a text, a correction.
    said TEXT,
    comment TEXT,
    source TEXT NOT NULL,
    author TEXT NOT NULL,
    at BIGINT NOT NULL,
    request_id TEXT,
    trace_id TEXT,
    span_id TEXT,
    -- 0 until the request is on record: then the rest is known.
    joined BIGINT NOT NULL,
    end_user TEXT,
    prompt_id TEXT,
    version BIGINT,
    model TEXT,
    experiment TEXT,
    variant TEXT,
    unit TEXT,
    UNIQUE (project_id, sent)
);

CREATE INDEX scores_of_project ON scores (project_id, id);
CREATE INDEX scores_by_name ON scores (project_id, name, id);
CREATE INDEX scores_of_request ON scores (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX scores_of_prompt ON scores (prompt_id, version, id) WHERE prompt_id IS NOT NULL;
CREATE INDEX scores_of_user ON scores (project_id, end_user) WHERE end_user IS NOT NULL;
CREATE INDEX scores_waiting ON scores (at) WHERE joined = 0;
