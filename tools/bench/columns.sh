#!/usr/bin/env bash
# Six columns of the playground at 1,000 tokens a second each, beside an idle page.
set -euo pipefail
CHROME=$(tools/chromium.sh)
export CHROME
exec node end2end/columns.mjs
