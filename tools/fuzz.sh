#!/usr/bin/env bash
# Fuzzes the REST interface against its own OpenAPI description: no 5xx, no answer that is not described.
#
#   tools/fuzz.sh                     about four minutes and at least 5,000 cases, on a studio of its own
#   tools/fuzz.sh --seed 7            further options go to schemathesis; it prints the seed of each run
#
# DATABASE_URL is honoured; without it the studio has a SQLite database that goes at the end.
set -euo pipefail

package='schemathesis==4.32.5'
built="${CARGO_TARGET_DIR:-target}"
atelier="$built/release/atelier"
venv=target/fuzz
wanted=5000

if [ ! -x "$atelier" ]; then
  echo "$atelier is missing: run make build first." >&2
  exit 1
fi
if ! "$venv/bin/python" -m pip show -q "${package%%=*}" 2>/dev/null; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet "$package"
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/atelier-fuzz.XXXXXX")
server=
stop() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null && wait "$server" || true; fi
  rm -rf "$folder"
}
trap stop EXIT

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export ATELIER_ADDR="127.0.0.1:$port" ATELIER_DATA="$folder/data" ATELIER_MODELS="${ATELIER_MODELS:-models}" ATELIER_LOG=warn
url="http://$ATELIER_ADDR"
"$atelier" serve >"$folder/log" 2>&1 &
server=$!
for _ in $(seq 100); do
  curl -fs "$url/readyz" >/dev/null && break
  sleep 0.1
done
curl -fsS "$url/readyz" >/dev/null || { cat "$folder/log" >&2; exit 1; }

"$atelier" project add Fuzz
key=$("$atelier" key add --project Fuzz --name fuzz --scope read,manage,gateway)

# Something to meet: the prompt that the description's examples name, with versions, a label and an include.
post() { curl -fsS -o /dev/null -X "$1" "$url/api/v1$2" -H "Authorization: Bearer $key" -H 'Content-Type: application/json' -d "$3"; }
for name in support/reply tone; do
  post POST /prompts "{\"name\": \"$name\", \"type\": \"chat\", \"tags\": [\"support\"]}"
done
post POST /prompts/tone/versions '{"messages": [{"role": "user", "content": "Be kind."}]}'
for text in '{{question}}' '{{> tone}} {{question}}'; do
  post POST /prompts/support%2Freply/versions "{\"messages\": [{\"role\": \"user\", \"content\": \"$text\"}], \"params\": {\"max_tokens\": 2}}"
done
post PUT /prompts/support%2Freply/labels/production '{"version": 1}'

checks=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance
fuzz() {
  "$venv/bin/schemathesis" run "$url/api/openapi.json" --checks "$checks" --phases examples,coverage,fuzzing --workers 2 \
    --header "Authorization: Bearer $key" --request-timeout 60 --continue-on-failure --no-shrink --warnings off \
    --generation-database none --suppress-health-check all --no-color "$@" | tee -a "$folder/report"
}
failed=0
# First, while the prompt still answers in two tokens.
fuzz --include-operation-id runPrompt --max-examples 60 "$@" || failed=1
fuzz --exclude-operation-id runPrompt --max-examples "${FUZZ_EXAMPLES:-800}" "$@" || failed=1

# "5123 generated, 4 found 2 unique failures" or "5123 generated, 5123 passed"
cases=$(sed -nE 's/^ *([0-9]+) generated.*/\1/p' "$folder/report" | awk '{ sum += $1 } END { print sum + 0 }')
echo "$cases cases, of $wanted wanted."
if grep -E '"level":"ERROR"|ERROR' "$folder/log" >&2; then failed=1; fi
[ "${cases:-0}" -ge "$wanted" ] && [ "$failed" = 0 ]
