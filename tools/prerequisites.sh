#!/usr/bin/env bash
# Says in one sentence what the machine lacks, and adds the wasm target, which rustup can bring by itself.
set -euo pipefail

stop() { echo "$1" >&2; exit 1; }

command -v cargo >/dev/null || stop "Rust is missing: install it with rustup (https://rustup.rs), then run make again."
command -v node >/dev/null || stop "Node is missing: install Node 20 or newer with npm, then run make again."
command -v npm >/dev/null || stop "npm is missing: install it beside Node (Debian: apt-get install npm), then run make again."
node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' ||
  stop "Node $(node --version) is too old: install Node 20 or newer, then run make again."
command -v python3 >/dev/null || stop "Python 3 is missing: install it (Debian: apt-get install python3 python3-pip), then run make again."
python3 -c "import pip" 2>/dev/null ||
  stop "Python 3 has no pip, which fetches the model weights: install it (Debian: apt-get install python3-pip), then run make again."
command -v cc >/dev/null || stop "A C compiler is missing, which SQLite needs: install one (Debian: apt-get install gcc), then run make again."

target=wasm32-unknown-unknown
if [ ! -d "$(rustc --print sysroot)/lib/rustlib/$target" ]; then
  command -v rustup >/dev/null ||
    stop "Rust's target $target is missing and there is no rustup to add it: install Rust with rustup (https://rustup.rs), then run make again."
  rustup target add "$target" ||
    stop "Rust's target $target could not be added: check the network, then run make again."
fi
