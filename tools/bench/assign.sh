#!/usr/bin/env bash
# Assignments over REST beside a bare axum route, and outcomes acknowledged after their commit; on SQLite.
set -euo pipefail
exec cargo bench --quiet --bench load -- assign
