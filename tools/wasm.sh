#!/usr/bin/env bash
# Builds target/wasm: the browser's code, cut along its lazy routes, bound to JavaScript and optimised.
set -euo pipefail

built=${CARGO_TARGET_DIR:-target}
out=target/wasm

rm -rf "$out"
mkdir -p "$out"
touch "$out.began" # a source that changes while we build must be newer than the stamp

cargo build -p atelier-hydrate --target wasm32-unknown-unknown --profile wasm-release
cargo run --quiet --release -p atelier-sitebuild -- \
  "$built/wasm32-unknown-unknown/wasm-release/atelier_hydrate.wasm" "$out" atelier

# npm's binaryen: the one that Debian has (108) breaks the table of functions without a word.
# The features are those that rustc turns on by itself for this target; the parts no longer carry the list.
# The chunks shrink by half too. They carry rustc's names of data segments, which wasm-opt drops, but not silently.
find "$out" -name '*.wasm' -print0 | xargs -0 -P 2 -I{} end2end/node_modules/.bin/wasm-opt -Oz \
  --enable-bulk-memory --enable-multivalue --enable-mutable-globals \
  --enable-nontrapping-float-to-int --enable-reference-types --enable-sign-ext {} -o {} \
  2> >(grep -v 'unknown name subsection' >&2)

mv "$out.began" "$out/.built"
