-- Models of this machine besides those that the program brings: GGUF files, by their path.

CREATE TABLE local_models (
    name TEXT PRIMARY KEY,
    path TEXT NOT NULL,
    facts TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL
);
