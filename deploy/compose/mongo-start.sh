#!/bin/bash
# Starts MongoDB as a replica set of one with authentication. Members of a replica set know each other by a key file;
# the first start makes one. The image's own entrypoint then creates the users of mongo-users.js. No slow operation is
# logged: the line would have its whole command, people's data included, and an erasure does not reach logs. The oplog
# has the smallest size that MongoDB takes, in MB, since an erased document stays there until newer ones push it out.
set -euo pipefail

key=/data/configdb/replica-set.key
if [ ! -s "$key" ]; then
  head -c 512 /dev/urandom | base64 -w 0 > "$key.part"
  chmod 400 "$key.part"
  chown mongodb:mongodb "$key.part"
  mv "$key.part" "$key"
fi
exec docker-entrypoint.sh mongod --replSet worldcities --keyFile "$key" --bind_ip_all \
  --slowOpSampleRate 0 --oplogSize 990
