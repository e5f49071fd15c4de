#!/bin/bash
# Starts MongoDB as a replica set of one with authentication. Members of a replica set know each other by a key file;
# the first start makes one. The image's own entrypoint then creates the users of mongo-users.js.
set -euo pipefail

key=/data/configdb/replica-set.key
if [ ! -s "$key" ]; then
  head -c 512 /dev/urandom | base64 -w 0 > "$key.part"
  chmod 400 "$key.part"
  chown mongodb:mongodb "$key.part"
  mv "$key.part" "$key"
fi
exec docker-entrypoint.sh mongod --replSet worldcities --keyFile "$key" --bind_ip_all
