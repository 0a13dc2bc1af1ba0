#!/usr/bin/env bash
# Fuzzes the REST interface against its own OpenAPI description: no 5xx, no answer that is not described.
#
#   tools/fuzz.sh                     some minutes and at least 5,000 cases, on a studio of its own
#   tools/fuzz.sh --seed 7            further options go to schemathesis; it prints the seed of each run
#   FUZZ_EXAMPLES=3000 tools/fuzz.sh  more of everything
#
# DATABASE_URL is honoured: an empty Postgres. Without it the studio has a SQLite database that goes at the end.
set -euo pipefail

package='schemathesis==4.32.5'
built="${CARGO_TARGET_DIR:-target}"
atelier="$built/release/atelier"
venv="$PWD/target/fuzz"
wanted=5000
examples="${FUZZ_EXAMPLES:-420}"

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
export ATELIER_SECRET_KEY="${ATELIER_SECRET_KEY:-$(python3 -c 'import secrets; print(secrets.token_hex(32))')}" # Postgres wants one
url="http://$ATELIER_ADDR"
"$atelier" serve >"$folder/log" 2>&1 &
server=$!
for _ in $(seq 100); do
  curl -fs "$url/readyz" >/dev/null && break
  sleep 0.1
done
curl -fsS "$url/readyz" >/dev/null || { cat "$folder/log" >&2; exit 1; }

"$atelier" project add Fuzz
key=$("$atelier" key add --project Fuzz --name fuzz --scope read,requests,manage,ingest,gateway,admin)

# Something to meet: the prompt that the description's examples name, with versions, a label and an include; one of each other
# kind; and “0”, as schemathesis calls what it does not ask about. All of them answer in two tokens.
post() { curl -fsS -o /dev/null -X "$1" "$url/api/v1$2" -H "Authorization: Bearer $key" -H 'Content-Type: application/json' -d "$3"; }
save() { post POST "/prompts/$1/versions" "{$2, \"params\": {\"max_tokens\": 2}}"; }
says() { printf '"messages": [{"role": "user", "content": "%s"}]' "$1"; }
post POST /prompts '{"name": "support/reply", "type": "chat", "tags": ["support"]}'
for name in tone 0; do post POST /prompts "{\"name\": \"$name\", \"type\": \"chat\"}"; done
for name in notes/plain empty; do post POST /prompts "{\"name\": \"$name\", \"type\": \"text\"}"; done
save tone "$(says 'Be kind.')"
save 0 "$(says '{{question}}')"
save notes%2Fplain '"text": "A note on {{topic}}."'
save support%2Freply "$(says '{{question}}')"
save support%2Freply "$(says '{{> tone}} {{question}}')"
post PUT /prompts/support%2Freply/labels/production '{"version": 1}'
variant() { printf '{"key": "%s", "weight": 0.5, "prompt": "support/reply", "version": %s}' "$1" "$2"; }
for test in greeting second 0; do
  post POST /experiments "{\"key\": \"$test\", \"variants\": [$(variant control 1), $(variant b 2)], \"metrics\": [{\"name\": \"resolved\"}]}"
  post POST "/experiments/$test/start" '{"confirm": true}'
done

# Chance alone finds no prompt, label or template: these words are thrown in.
cat >"$folder/schemathesis.toml" <<'END'
[dictionaries]
names = { values = ["support/reply", "tone", "notes/plain", "empty"] }
labels = { values = ["production", "staging", "latest"] }
keys = { values = ["greeting", "second", "0"] }
variants = { values = ["control", "b"] }
versions = { values = [1, 2, 3] }
texts = { values = ["{{question}}", "{{> tone}}", "{{> notes/plain}} {{ a }}", "{{> support/reply@production}}", "{{> gone}}", '\{{', "{{"] }

[parameters]
"path.name" = { dictionary = "names", probability = 0.7 }
"path.key" = { dictionary = "keys", probability = 0.7 }
"body.experiment" = { dictionary = "keys", probability = 0.7 }
"body.variant" = { dictionary = "variants", probability = 0.5 }
"path.label" = { dictionary = "labels", probability = 0.5 }
"query.label" = { dictionary = "labels", probability = 0.3 }
"query.version" = { dictionary = "versions", probability = 0.3 }
"body.label" = { dictionary = "labels", probability = 0.3 }
"body.version" = { dictionary = "versions", probability = 0.5 }
"body.text" = { dictionary = "texts", probability = 0.5 }
"body.messages[*].content" = { dictionary = "texts", probability = 0.5 }
END
# And chance repeats itself: a name that is taken, an Idempotency-Key that came with another body, content that is saved
# already would hide what lies behind. Three of four cases get a number of their own.
cat >"$folder/hooks.py" <<'END'
from copy import deepcopy
from itertools import count

import schemathesis

NUMBERS = count()


@schemathesis.hook
def before_call(context, case, kwargs):
    number = next(NUMBERS)
    if number % 4 == 0:
        return
    places = [(case.headers, "Idempotency-Key")]
    if isinstance(case.body, dict):
        case.body = deepcopy(case.body)
        messages = case.body.get("messages")
        places.append((case.body, "text"))
        places += [(message, "content") for message in (messages if isinstance(messages, list) else [])]
        if context.operation.label == "POST /api/v1/prompts":
            places.append((case.body, "name"))
        if context.operation.label == "POST /api/v1/experiments":
            places.append((case.body, "key"))
    for holder, field in places:
        value = holder.get(field) if hasattr(holder, "get") else None
        if isinstance(value, str) and 0 < len(value) < 190:
            holder[field] = f"{value}{number}"
END

# Left out: positive_data_acceptance, because a schema does not say every rule (a label or a version, not both).
# One worker: two threads trip over CPython's parser ("AST constructor recursion depth mismatch").
fuzz() (
  place=$1
  shift
  cd "$folder" # schemathesis leaves folders behind where it stands
  SCHEMATHESIS_HOOKS=hooks.py "$venv/bin/schemathesis" --config-file schemathesis.toml run "$place" --url "$url" \
    --checks all --exclude-checks positive_data_acceptance --header "Authorization: Bearer $key" --workers 1 --request-timeout 60 \
    --continue-on-failure --no-shrink --generation-database none --suppress-health-check all --warnings off \
    --report ndjson --report-dir reports --no-color "$@"
)

failed=0
# First, while every prompt still answers in two tokens.
fuzz "$url/api/openapi.json" --include-operation-id runPrompt --phases examples,coverage,fuzzing --max-examples 100 "$@" || failed=1
fuzz "$url/api/openapi.json" --exclude-operation-id runPrompt --phases examples,coverage "$@" || failed=1
# Where there is an example, every second case would be that example.
curl -fsS "$url/api/openapi.json" | python3 -c '
import json, sys
description = json.load(sys.stdin)
for name in ["PromptDraft", "VersionDraft"]:
    del description["components"]["schemas"][name]["example"]
json.dump(description, sys.stdout)' >"$folder/openapi.json"
fuzz "$folder/openapi.json" --exclude-operation-id runPrompt --phases fuzzing --max-examples "$examples" "$@" || failed=1
fuzz "$folder/openapi.json" --exclude-operation-id runPrompt --phases stateful --max-examples "$((examples / 2))" "$@" || failed=1

python3 - "$wanted" "$folder"/reports/*.ndjson <<'END' || failed=1
import json, sys
from collections import Counter

cases, answers, requests = Counter(), {}, set()
for path in sys.argv[2:]:
    for line in open(path, encoding="utf-8"):
        event, said = next(iter(json.loads(line).items()))
        record = said.get("recorder", {}) if event == "ScenarioFinished" else {}
        for id, case in record.get("cases", {}).items():
            case, sent = case["value"], record.get("interactions", {}).get(id, {})
            call = f"{case['method']} {case['path']}" if said["phase"] == "stateful" else record["label"]
            cases[call] += 1
            answers.setdefault(call, Counter())[(sent.get("response") or {}).get("status_code", "none")] += 1
            requests.add(json.dumps([case["method"], sent.get("request", {}).get("uri"), sent.get("request", {}).get("body")]))
for call in sorted(cases):
    print(f"{cases[call]:6}  {call:44}", ", ".join(f"{status}: {answers[call][status]}" for status in sorted(answers[call], key=str)))
print(f"{cases.total():6}  cases, {len(requests)} of them different, {sys.argv[1]} wanted")
sys.exit(cases.total() < int(sys.argv[1]))
END
if grep '"level":"ERROR"' "$folder/log" >&2; then failed=1; fi
exit "$failed"
