# Sourced by ./ovs-win: builds plugin-exec/target/dist when a source is newer.

dist=$root/plugin-exec/target/dist

dist_current() {
  [ -e "$dist/.built" ] &&
    [ -z "$(find "$root/pom.xml" "$root"/*/pom.xml "$root"/*/src/main -newer "$dist/.built" -print -quit)" ]
}

build_dist() {
  dist_current && return 0
  local log started pid
  mkdir -p "$root/target"
  log=$root/target/build.log
  started=$SECONDS
  (cd "$root" && exec mvn -B -Dmaven.test.skip=true -Dformat.skip=true -pl plugin-exec -am package) >"$log" 2>&1 &
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
  touch "$dist/.built"
  progress "built in $((SECONDS - started)) s"
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
