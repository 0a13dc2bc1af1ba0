#!/usr/bin/env bash
# Tries the README's nginx and Caddy in front of a studio of its own: what they serve is cut out of README.md, so it cannot drift.
#
#   tools/proxies.sh      some 70 seconds; apt-get install nginx caddy first: one that is missing is left out
#
# Only the ports are changed, and TLS is off: there is no certificate for a test. Needs Linux, where all of 127.0.0.0/8 is this
# machine, so that a client can come from another address than the proxy's.
set -euo pipefail

atelier="${CARGO_TARGET_DIR:-target}/release/atelier"
PATH="$PATH:/usr/sbin:/sbin" # Debian keeps nginx there, and not in everybody's PATH

proxies=()
for proxy in nginx caddy; do
  if command -v "$proxy" >/dev/null; then
    proxies+=("$proxy")
  else
    echo "$proxy is not installed, so its example in README.md was not tried: apt-get install $proxy." >&2
  fi
done
[ ${#proxies[@]} -gt 0 ] || exit 0
if [ ! -x "$atelier" ]; then
  echo "$atelier is missing: run make build first." >&2
  exit 1
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/atelier-proxies.XXXXXX")
started=()
stop() {
  for process in "${started[@]}"; do kill "$process" 2>/dev/null && wait "$process" || true; done
  rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# serve LOG PORT COMMAND…: starts it, and waits until something answers on the port.
serve() {
  local log=$1 port=$2
  shift 2
  "$@" >"$log" 2>&1 &
  started+=($!)
  for _ in $(seq 100); do
    if curl -s -o /dev/null "http://127.0.0.1:$port/"; then return; fi
    sleep 0.1
  done
  echo "$1 did not start:" >&2
  tail -n 20 "$log" >&2
  exit 1
}

# The README's example of a proxy.
example() { awk -v fence="\`\`\`$1" '$0 == fence { on = 1; next } $0 == "```" { on = 0 } on' README.md; }

# changed FROM TO…: replaces texts that must be there, so that a rewritten example is not tried half.
changed() {
  local text
  text=$(cat)
  while [ $# -gt 0 ]; do
    if [[ "$text" != *"$1"* ]]; then
      echo "README.md's example no longer holds “$1”, which this script has to change." >&2
      return 1
    fi
    text=${text//"$1"/$2}
    shift 2
  done
  printf '%s\n' "$text"
}

# front PROXY PORT UPSTREAM: the example on a port, before an upstream.
front() {
  local home="$folder/$1-$2"
  mkdir "$home"
  case $1 in
    nginx)
      {
        if [ "$(id -u)" = 0 ]; then echo "user $(id -un) $(id -gn);"; fi # the folder is ours alone
        echo "pid $home/pid; error_log stderr; events {} http { access_log off;"
        for kind in client_body proxy fastcgi uwsgi scgi; do echo "${kind}_temp_path $home/$kind;"; done
        example nginx | sed '/^ *ssl_certificate/d' | changed 127.0.0.1:3000 "127.0.0.1:$3" 'listen 443 ssl;' "listen 127.0.0.1:$2;"
        echo "}"
      } >"$home/nginx.conf"
      serve "$home/log" "$2" nginx -p "$home" -e stderr -c "$home/nginx.conf" -g 'daemon off;'
      ;;
    caddy)
      {
        printf '{\n  admin off\n  default_bind 127.0.0.1\n}\n' # else it takes port 2019, and listens to everybody
        example caddy | changed 127.0.0.1:3000 "127.0.0.1:$3" 'studio.example.com {' "http://studio.example.com:$2 {"
      } >"$home/Caddyfile"
      serve "$home/log" "$2" env HOME="$home" XDG_CONFIG_HOME="$home" XDG_DATA_HOME="$home" caddy run --adapter caddyfile --config "$home/Caddyfile"
      ;;
  esac
}

# As the README says; the address stays https, for the studio only compares it.
studio=$(port)
export ATELIER_URL=https://studio.example.com ATELIER_TRUSTED_PROXIES=127.0.0.1
export ATELIER_ADDR="127.0.0.1:$studio" ATELIER_DATA="$folder/data" ATELIER_MODELS="${ATELIER_MODELS:-models}" ATELIER_LOG=warn
unset DATABASE_URL # the checks look into the SQLite file
serve "$folder/log" "$studio" "$atelier" serve
"$atelier" project add Proxies >/dev/null
echo 'four plain words here' | "$atelier" user add --email ada@example.com --project Proxies >/dev/null
key=$("$atelier" key add --project Proxies --name proxies --scope read,manage,gateway)

# Version 1 answers shortly, version 2 for so long that one can leave.
post() { curl -fsS -o /dev/null "http://$ATELIER_ADDR/api/v1$1" -H "Authorization: Bearer $key" -H 'Content-Type: application/json' -d "$2"; }
post /prompts '{"name": "support/reply", "type": "chat"}'
for tokens in 24 600; do
  post /prompts/support%2Freply/versions "{\"messages\": [{\"role\": \"user\", \"content\": \"Tell me a very long story of the sea.\"}], \"params\": {\"max_tokens\": $tokens}}"
done

# The studio has no socket until the collaborative editor brings it, and nobody can make it wait between two events: behind
# the same examples, a small upstream does both.
upstream=$(port)
serve "$folder/upstream.log" "$upstream" python3 tools/proxies/upstream.py "$upstream"

fronts=()
for proxy in "${proxies[@]}"; do
  before_studio=$(port)
  front "$proxy" "$before_studio" "$studio"
  before_upstream=$(port)
  front "$proxy" "$before_upstream" "$upstream"
  fronts+=("$proxy:$before_studio:$before_upstream")
done

failed=0
PROXIES_KEY=$key python3 tools/proxies/check.py "$upstream" "$folder" "${fronts[@]}" || failed=1
if [ "$failed" = 1 ]; then # what each process says of it
  for log in "$folder"/log "$folder"/*/log; do
    echo "== ${log#"$folder"/}"
    tail -n 5 "$log"
  done >&2
fi
exit "$failed"
