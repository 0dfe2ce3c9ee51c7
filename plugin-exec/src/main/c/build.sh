#!/bin/sh
# Compiles the node's C programs: build.sh LAUNCHER, the CNI launcher's path;
# the supervisor is put beside it. Static, so that they start in well under a
# millisecond and run on hosts with any C library or none.
set -eu
sources=$(dirname "$0")
launcher=$1
if ! command -v gcc >/dev/null; then
  echo "gcc is missing, which compiles the CNI launcher: install gcc libc6-dev" >&2
  exit 1
fi
if ! echo '#include <stdlib.h>' | gcc -E -x c -o /dev/null - 2>/dev/null; then
  echo "the C library's headers are missing, which the CNI launcher needs: install gcc libc6-dev" >&2
  exit 1
fi
# compile SOURCE OUTPUT. Moved into place: a copy that is being run could not be written to.
compile() {
  mkdir -p "$(dirname "$2")"
  gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -s -o "$2.new" "$1"
  mv "$2.new" "$2"
}
compile "$sources/ovs-win-cni.c" "$launcher"
compile "$sources/ovs-win-supervise.c" "$(dirname "$launcher")/ovs-win-supervise"
