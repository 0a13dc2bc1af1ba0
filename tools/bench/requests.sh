#!/usr/bin/env bash
# A million requests on record: how fast they get there, and lists, filters and searches of the Requests page; on SQLite, and a tenth of them on Postgres.
set -euo pipefail
exec tools/postgres.sh cargo bench --quiet --bench requests
