#!/usr/bin/env bash
# Our diff beside the crate `similar`, on ten edit histories of this repository and on the worst texts.
set -euo pipefail
exec cargo bench --quiet --bench diff
