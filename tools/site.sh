#!/usr/bin/env bash
# Puts target/site together: what the browser loads. The server serves the folder as it is.
set -euo pipefail

site=target/site
new=target/site.new # swapped in at the end, so that a running server never sees half a site

rm -rf "$new"
mkdir -p "$new"
touch "$new/.built" # first, not last: a source that changes while we build is newer than it

cp -R target/wasm "$new/pkg"
rm "$new/pkg/.built"
end2end/node_modules/.bin/esbuild style/main.css --bundle --minify --log-level=warning --outfile="$new/pkg/atelier.css"
# Its sources import packages that stand beside the journeys.
NODE_PATH=end2end/node_modules end2end/node_modules/.bin/esbuild app/src/js/editor/main.mjs --bundle --minify --format=esm --target=es2022 \
  --log-level=warning --outfile="$new/pkg/editor.js"
cp -R public/. "$new/"
node tools/compress.mjs "$new"

rm -rf "$site"
mv "$new" "$site"
