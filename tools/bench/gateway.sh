#!/usr/bin/env bash
# What the gateway adds to a provider's answers, and the rate that it holds, beside LiteLLM's proxy. Prints Markdown.
#
#   tools/bench/gateway.sh             some ten minutes; give it the machine alone
#   BENCH_LITELLM= tools/bench/gateway.sh   without LiteLLM
set -euo pipefail

package='litellm[proxy]==1.106.2'
venv="$PWD/target/bench/litellm"
if [ -z "${BENCH_LITELLM+x}" ]; then
  if ! "$venv/bin/python" -m pip show -q litellm 2>/dev/null; then
    mkdir -p "$(dirname "$venv")"
    python3 -m venv "$venv"
    if ! "$venv/bin/pip" install --quiet "$package" >"$venv/install.log" 2>&1; then
      echo "LiteLLM could not be installed here ($venv/install.log says why), so only our own figures are shown." >&2
    fi
  fi
  if [ -x "$venv/bin/litellm" ]; then export BENCH_LITELLM="$venv/bin/litellm"; fi
elif [ -z "$BENCH_LITELLM" ]; then
  unset BENCH_LITELLM
fi
# Its command line is a Python script: it finds its interpreter's packages by itself.
exec cargo bench --quiet --bench load -- gateway
