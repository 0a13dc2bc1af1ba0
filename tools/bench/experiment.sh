#!/usr/bin/env bash
# False winners, sample ratio, power and time to a verdict of our A/B tests by simulation; assignments a second and their split.
set -euo pipefail
exec cargo bench --quiet --bench experiment -- "$@"
