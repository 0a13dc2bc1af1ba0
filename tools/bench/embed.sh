#!/bin/sh
# Embeddings in process beside onnxruntime (MiniLM) and model2vec (potion): the same weights, texts and machine, one thread, in turn.
# Prints medians and ratios; above 1 ours is the better. Needs the weights (`make models`).
set -eu
cd "$(dirname "$0")/../.."
models=$(cd "${ATELIER_MODELS:-models}" && pwd)
venv=$PWD/target/bench/embed
rounds=${ROUNDS:-3}
[ -f "$models/all-minilm-l6-v2/model.safetensors" ] || { echo "No weights in $models: run make models." >&2; exit 1; }

if ! [ -x "$venv/bin/python" ]; then python3 -m venv "$venv"; fi
"$venv/bin/pip" install --quiet model2vec==0.10.0 numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0 safetensors==0.8.0 tokenizers==0.23.3
bench=$(cargo bench --quiet --bench embed --no-run --message-format=json | python3 -c '
import json, sys
for line in sys.stdin:
    said = json.loads(line)
    if said.get("executable") and said["target"]["name"] == "embed": print(said["executable"])')
export ATELIER_MODELS="$models" OMP_NUM_THREADS=1
"$venv/bin/python" tools/bench/embed/compare.py "$bench" "$rounds" "$models" "$venv/minilm.onnx"
