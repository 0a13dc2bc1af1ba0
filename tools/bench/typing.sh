#!/usr/bin/env bash
# A key in the prompt's editor until it is painted, beside a bare textarea of the same 20 KB.
set -euo pipefail
CHROME=$(tools/chromium.sh)
export CHROME
exec node end2end/editor/typing.mjs
