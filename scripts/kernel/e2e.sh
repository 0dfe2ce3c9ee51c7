#!/usr/bin/env bash
# Runs end-to-end tests that Maven has packaged on the kernel's datapath.
#
#   scripts/kernel/e2e.sh [--timeout SECONDS] [CLASS | CLASS#METHOD]...
#
# Each test class runs in an emulated machine of its own (scripts/kernel-machine.sh), which
# ends after SECONDS (1800 unless told). Without a name all classes run that make sense there.
# Exit code: 0 when all passed; 1 when one failed, which is told at the end; 3 when
# something has to be installed.
set -eu
root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
. "$root/scripts/prerequisites.sh"

module=$root/plugin-exec
work=$module/target/kernel
package=org.ovswin.e2e

# Elsewhere each of these shows what it has to, and nothing of it is the datapath's.
makes_no_sense() {
  case $1 in
    UpDownE2ETest) ;;      # the machine's own switch and the distribution's JVMs, without an archive
    BadInput*E2ETest) ;;   # a thousand requests that no packet follows
    DemoE2ETest) ;;        # the distribution's JVMs again
    AgentTrainingE2ETest) ;; # a JVM takes one archive, and that test has its own
    StoreOutageE2ETest) ;; # members of etcd, and no packet
    *) return 1 ;;
  esac
}

# The options of every test's JVM and of every agent's, which have to be one archive's.
jvm=(-XX:+UseSerialGC -XX:TieredStopAtLevel=1
  --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow)

launch() {
  printf '%s\n' "$JDK25/bin/java" -Xmx1g "${jvm[@]}" \
    -Dvertx.disableFileCaching=true -Dvertx.disableFileCPResolving=true \
    -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -Dorg.slf4j.simpleLogger.log.org.ovswin.e2e=info \
    -Dbasedir="$module" "$@" -cp "$classpath" org.junit.platform.console.ConsoleLauncher execute \
    --fail-if-no-tests --details=tree --details-theme=ascii --disable-ansi-colors --disable-banner
}

# Emulated, a JVM loads classes out of an archive (JEP 310) or hardly at all, and it maps one
# only when its class path is jars that are as they were. So the tests become a jar, and a
# short test outside shows which classes are to be archived.
prepare_classes() {
  local key train
  mkdir -p "$work"
  if [ ! -e "$work/tests.jar" ] ||
    [ -n "$(find "$module/target/test-classes" -newer "$work/tests.jar" -print -quit)" ]; then
    "$JDK25/bin/jar" --create --no-compress --file "$work/tests.jar" -C "$module/target/test-classes" .
  fi
  classpath=$(cat "$module/target/test-classpath"):$(echo "$module"/target/plugin-exec-*.jar):$work/tests.jar
  key=$(cd "$module" && tr ':' '\n' <<<"$classpath" | xargs stat -c '%n %s %Y'; cat "$JDK25/release")
  [ "$key" != "$(cat "$work/archive.key" 2>/dev/null)" ] || return 0
  rm -rf "$work/classes" "$work/archive.key"
  mkdir "$work/classes"
  mapfile -t train < <(launch)
  echo "kernel e2e: archiving the tests' classes" >&2
  (cd "$module" && JAVA_TOOL_OPTIONS="-XX:DumpLoadedClassList=$work/classes/%p" \
    "${train[@]}" --select-method="$package.GatewayE2ETest#pods_reachTheWorld_asTheirNode()") \
    >"$work/training.log" 2>&1 || {
    tail -n 20 "$work/training.log" >&2
    echo "kernel e2e: the test that shows the classes failed outside; its output is in $work/training.log" >&2
    exit 1
  }
  cat "$work"/classes/* | grep -v '^#' | sed 's/ id: [0-9]*$//' | awk '!seen[$0]++' >"$work/classes.list"
  # Its heap can be archived by this collector only, and is read by the other one.
  "$JDK25/bin/java" -Xshare:dump -XX:SharedClassListFile="$work/classes.list" \
    -XX:SharedArchiveFile="$work/classes.jsa" -Xmx1g -XX:+UseG1GC "${jvm[@]:2}" -cp "$classpath" \
    >"$work/archive.log" 2>&1
  "$JDK25/bin/java" "${jvm[@]}" -Xshare:on -XX:SharedArchiveFile="$work/classes.jsa" -cp "$classpath" \
    org.junit.platform.console.ConsoleLauncher --version >/dev/null
  printf '%s' "$key" >"$work/archive.key"
}

# run_class CLASS SELECTOR...: one machine.
run_class() {
  local class=$1 reports=$module/target/kernel-reports/$1 command
  shift
  rm -rf "$reports"
  mapfile -t command < <(launch -Dovswin.datapath=system)
  # As surefire runs them, but there is no Maven and no network in there. A JVM with another
  # class path does without the archive, and says nothing.
  (cd "$module" && "$root/scripts/kernel-machine.sh" run --timeout "$timeout" --keep "$reports" -- \
    env JAVA_TOOL_OPTIONS="-XX:SharedArchiveFile=$work/classes.jsa -Xlog:disable \
-XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0" \
    "${command[@]}" --reports-dir="$reports" "$@")
}

timeout=1800
if [ "${1:-}" = --timeout ]; then
  timeout=$2
  shift 2
fi
need_jdk25
need_kernel_machine
settle "${OVSWIN_INSTALL:-no-install}"
if [ ! -e "$module/target/test-classpath" ]; then
  echo "kernel e2e: $module/target/test-classpath is missing (expected: mvn package before)" >&2
  exit 1
fi

# Selected methods by their class, so that a class has one machine.
declare -A selectors=()
classes=()
if [ $# = 0 ]; then
  while read -r class; do
    makes_no_sense "$class" || set -- "$@" "$class"
  done < <(cd "$module/src/test/java/org/ovswin/e2e" && ls ./*E2ETest.java | sed 's#^\./##; s#\.java$##')
fi
for name in "$@"; do
  class=${name%%#*}
  [ -n "${selectors[$class]:-}" ] || classes+=("$class")
  case $name in
    *'#'*) selectors[$class]+=" --select-method=$package.$name()" ;;
    *) selectors[$class]+=" --select-class=$package.$class" ;;
  esac
done

prepare_classes
results=()
failed=0
for class in "${classes[@]}"; do
  start=$SECONDS
  code=0
  # shellcheck disable=SC2086 # words
  run_class "$class" ${selectors[$class]} || code=$?
  [ "$code" = 0 ] || failed=1
  results+=("$class: exit $code after $((SECONDS - start)) s")
done
printf 'kernel e2e: %s\n' "${results[@]}"
exit "$failed"
