#!/usr/bin/env bash
# Ten million units of an experiment: put down, counted, and how long results take then; on SQLite. UNITS sets another number.
set -euo pipefail
exec cargo bench --quiet --bench results
