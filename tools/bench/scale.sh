#!/usr/bin/env bash
# 10,000 prompts with 20 versions each: lists, searches, an open prompt; on SQLite and Postgres.
set -euo pipefail
exec tools/postgres.sh cargo bench --quiet --bench scale
