#!/usr/bin/env bash
# Pulling a published prompt beside a bare axum route that returns the same bytes.
set -euo pipefail
exec cargo bench --quiet --bench load -- pull
