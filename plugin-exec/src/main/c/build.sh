#!/bin/sh
# Compiles the CNI launcher: build.sh OUTPUT. Static, so that it starts in well
# under a millisecond and runs on hosts with any C library or none.
set -eu
source=$(dirname "$0")/ovs-win-cni.c
output=$1
if ! command -v gcc >/dev/null; then
  echo "gcc is missing, which compiles the CNI launcher: install gcc libc6-dev" >&2
  exit 1
fi
if ! echo '#include <stdlib.h>' | gcc -E -x c -o /dev/null - 2>/dev/null; then
  echo "the C library's headers are missing, which the CNI launcher needs: install gcc libc6-dev" >&2
  exit 1
fi
mkdir -p "$(dirname "$output")"
# Moved into place: a copy that is being run could not be written to.
gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -s -o "$output.new" "$source"
mv "$output.new" "$output"
