#!/usr/bin/env bash
# Runs the browser journeys against the build that `make run` serves. Without a browser CI fails, a person is told.
set -euo pipefail

if ! CHROME=$(tools/chromium.sh); then
  if [ "${CI:-}" = true ]; then exit 1; fi
  echo "The browser journeys were skipped." >&2
  exit
fi
export CHROME
node end2end/clients/run.mjs
node end2end/editor/check.mjs
node end2end/run.mjs
