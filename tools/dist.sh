#!/usr/bin/env bash
# Packs the server, the site and the weights: unpack anywhere, then run ./atelier serve in the folder.
set -euo pipefail

server=$1
name=atelier-$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m)
folder=target/dist/$name

rm -rf "$folder"
mkdir -p "$folder"
cp -R "$server" models LICENSE NOTICE "$folder/"
cp -R target/site "$folder/site"
tar -C target/dist -czf "target/dist/$name.tar.gz" "$name"
echo "target/dist/$name.tar.gz"
