#!/usr/bin/env bash
# Pulls and pages while the local model answers two prompts.
set -euo pipefail
exec cargo bench --quiet --bench load -- busy
