#!/bin/sh
# The local model beside llama.cpp: one file, one machine, one run. Needs the weights (`make models`).
set -eu
cd "$(dirname "$0")/../.."
weights=${ATELIER_MODELS:-models}/smollm2-135m-instruct.gguf
venv=target/bench/llama
[ -f "$weights" ] || { echo "No weights at $weights: run make models." >&2; exit 1; }

echo "Atelier (one JSON object: prefill and decode in tokens a second, memory in MiB)"
cargo run --quiet --release --example bench_local -- "$weights"

# xllamacpp is llama.cpp as a wheel: nothing to compile.
package='xllamacpp==2026.10.11549'
if ! [ -x "$venv/bin/python" ]; then python3 -m venv "$venv"; fi
if ! "$venv/bin/python" -c 'import xllamacpp' 2>/dev/null && ! "$venv/bin/pip" install --quiet "$package" >"$venv/install.log" 2>&1; then
    echo "llama.cpp could not be installed here ($venv/install.log says why), so only our own figures are shown."
    exit 0
fi
echo "llama.cpp, on as many threads"
"$venv/bin/python" tools/bench/llama.py "$weights" 2>/dev/null
