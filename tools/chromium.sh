#!/usr/bin/env bash
# Prints the path of a Chromium for the browser journeys (CHROME, if set), and installs one where it can.
set -euo pipefail

find_it() {
  for name in ${CHROME:+"$CHROME"} chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name"; then return; fi
  done
  return 1
}

find_it && exit
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing chromium" >&2
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >&2 </dev/null || true
  find_it && exit
fi
echo "The browser journeys need Chromium: install the package chromium, or set CHROME to its path." >&2
exit 1
