-- What people declare of variables, drafts that save themselves, and which keys pull a prompt.

ALTER TABLE versions ADD COLUMN declared TEXT NOT NULL DEFAULT '[]';
-- What included versions declare, where the version does not say otherwise.
ALTER TABLE versions ADD COLUMN inherited TEXT NOT NULL DEFAULT '[]';

-- One for each person and prompt: the editor's form as it was typed.
CREATE TABLE drafts (
    prompt_id TEXT NOT NULL REFERENCES prompts (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    -- The version that it was begun from; 0 for none.
    base BIGINT NOT NULL,
    form TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (prompt_id, user_id)
);
CREATE INDEX drafts_by_user ON drafts (user_id);

-- Pulls by day, written behind: who uses a label before it moves.
CREATE TABLE pulls (
    prompt_id TEXT NOT NULL REFERENCES prompts (id),
    key_id TEXT NOT NULL REFERENCES api_keys (id),
    -- The label that was asked for; empty for a version by number or none.
    label TEXT NOT NULL,
    -- Days since 1970, UTC.
    day BIGINT NOT NULL,
    pulls BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (prompt_id, key_id, label, day)
);
