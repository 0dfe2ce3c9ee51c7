# Sourced by ./ovs-win: builds a module and those under it when a source is newer.

dist=$root/plugin-exec/target/dist
bench=$root/bench/target

# build MODULE STAMP: the stamp is a file that is written after each build.
build() {
  if [ -e "$2" ] &&
    [ -z "$(find "$root/pom.xml" "$root"/*/pom.xml "$root"/*/src/main -newer "$2" -print -quit)" ]; then
    return 0
  fi
  local log started pid
  mkdir -p "$root/target"
  log=$root/target/build.log
  started=$SECONDS
  (cd "$root" && exec mvn -B -Dmaven.test.skip=true -Dformat.skip=true -pl "$1" -am package) >"$log" 2>&1 &
  pid=$!
  trap 'kill "$pid" 2>/dev/null; exit 130' INT TERM
  while kill -0 "$pid" 2>/dev/null; do
    progress "building: $(build_step "$log") ($((SECONDS - started)) s)"
    sleep 0.5
  done
  trap - INT TERM
  if ! wait "$pid"; then
    progress_end
    tail -n 30 "$log" >&2
    echo "ovs-win: the build failed; the whole log is in $log" >&2
    exit 1
  fi
  touch "$2"
  progress "built in $((SECONDS - started)) s"
  progress_end
}

# The agent starts faster with a cache of what Java loads (docs/install.md); a build deletes it.
train() {
  [ ! -e "$dist/lib/agent.aot" ] || return 0
  progress 'training the agent: a moment in a lab'
  if ! "$dist/bin/ovs-win" train >"$root/target/train.log" 2>&1; then
    progress 'no start-up cache for the agent; it starts without (the log is in target/train.log)'
  fi
  progress_end
}

build_step() {
  grep -oE '(Building [a-z-]+ |Download(ing|ed) from)' "$1" 2>/dev/null | tail -n 1 |
    sed -e 's/^Building //' -e 's/^Download.*/fetching libraries/' -e 's/ $//'
}

# One line rewritten in place on a terminal, one line per change elsewhere.
last_progress=
progress() {
  if [ -t 2 ]; then
    printf '\r\033[K%s' "$1" >&2
  elif [ "${1%% (*}" != "$last_progress" ]; then
    last_progress=${1%% (*}
    printf '%s\n' "$1" >&2
  fi
}

progress_end() {
  [ -t 2 ] && printf '\n' >&2
  return 0
}
