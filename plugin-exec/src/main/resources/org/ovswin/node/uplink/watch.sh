#!/bin/sh
# Watches over the taking of an adapter into the bridge, from before its first change, in a
# session of its own. Puts it back when its caller ends, when the gateway was not seen in time, or
# when all of it takes too long; unless it is committed.
# Arguments: the caller's process id and start (proc(5), stat, field 22), the two bounds in s.
cd "$(dirname "$0")" || exit 1
now() { cut -d. -f1 /proc/uptime; }
caller_lives() {
  [ "$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20)" = "$2" ]
}
begun=$(now)
ready=
echo $$ >watching.new && mv watching.new watching
while [ -e put-back.sh ] && [ ! -e outcome ]; do
  if [ -z "$ready" ] && [ -e ready ]; then ready=$(now); fi
  if ! caller_lives "$1" "$2" ||
    [ $(($(now) - begun)) -ge "$4" ] ||
    { [ -n "$ready" ] && [ $(($(now) - ready)) -ge "$3" ]; }; then
    # A link is made or is there already: only one of two decides what becomes of the adapter.
    ln put-back outcome 2>/dev/null && exec sh ./put-back.sh >>put-back.log 2>&1
  fi
  sleep 0.2
done
