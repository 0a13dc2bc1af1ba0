-- Experiments: what is compared, who was in which variant, what waits to be counted, and the sums that results are made of.

CREATE TABLE experiments (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    key TEXT NOT NULL,
    state TEXT NOT NULL,
    -- JSON, as REST has it.
    definition TEXT NOT NULL,
    -- JSON: the seed that units are hashed with, the phase, and which part of [0, 1) is whose.
    split TEXT NOT NULL,
    -- JSON: the weights of each phase, and how far the alarms of the sample ratio ever went.
    marks TEXT NOT NULL,
    -- JSON: what was decided, by whom, and the results as they were then.
    decision TEXT,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    updated_at BIGINT NOT NULL,
    UNIQUE (project_id, key)
);

-- What came and is not counted yet. A row is deleted in the transaction that counts it.
CREATE TABLE experiment_inbox (
    experiment_id TEXT NOT NULL,
    -- In the order in which it came.
    id TEXT NOT NULL,
    unit TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- Of an outcome.
    name TEXT NOT NULL,
    -- Of an outcome, in millionths.
    value BIGINT NOT NULL,
    -- JSON: of an exposure and of a request.
    more TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (experiment_id, id)
) WITHOUT ROWID;

-- Outcomes that were sent with an id: it counts once.
CREATE TABLE outcome_ids (
    experiment_id TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (experiment_id, id)
) WITHOUT ROWID;

-- A unit may have outcomes before it is seen in a variant.
CREATE TABLE experiment_units (
    experiment_id TEXT NOT NULL,
    unit TEXT NOT NULL,
    -- JSON.
    state TEXT NOT NULL,
    PRIMARY KEY (experiment_id, unit)
) WITHOUT ROWID;

-- What was counted of a variant's units, by the phase that they were first seen in; the slice '' is everybody.
CREATE TABLE experiment_arms (
    experiment_id TEXT NOT NULL,
    phase BIGINT NOT NULL,
    slice TEXT NOT NULL,
    -- By its place in the definition.
    variant BIGINT NOT NULL,
    -- JSON, with exact sums.
    arm TEXT NOT NULL,
    PRIMARY KEY (experiment_id, phase, slice, variant)
);

-- Results as they were, for their course over time.
CREATE TABLE experiment_looks (
    experiment_id TEXT NOT NULL,
    units BIGINT NOT NULL,
    at BIGINT NOT NULL,
    results TEXT NOT NULL,
    PRIMARY KEY (experiment_id, units)
);

-- What a variant really said.
CREATE INDEX requests_by_variant ON requests (project_id, experiment, variant, seq) WHERE experiment IS NOT NULL;
ALTER TABLE requests ADD COLUMN unit TEXT;

-- Of one version of a prompt, listed and counted without a look at the rows.
CREATE INDEX requests_of_version ON requests (prompt_id, version, seq);

-- The words of bodies in their order: a search for a beginning asks which there are. It holds nothing, and a restore leaves it be.
CREATE VIRTUAL TABLE IF NOT EXISTS request_words_terms USING fts5vocab (request_words, instance);
