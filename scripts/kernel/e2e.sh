#!/usr/bin/env bash
# Runs end-to-end tests that Maven has compiled on the kernel's datapath, in the emulated
# machine of scripts/kernel-machine.sh. Arguments go to JUnit's launcher.
set -eu
root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
. "$root/scripts/prerequisites.sh"
need_jdk25
settle no-install

module=$root/plugin-exec
reports=$module/target/kernel-reports
rm -rf "$reports"
cd "$module"
# As surefire runs them, but there is no Maven and no network in there. Libraries first on
# the class path: each class that is not in a directory is asked for outside.
exec "$root/scripts/kernel-machine.sh" run --timeout "${OVSWIN_KERNEL_TIMEOUT:-900}" --keep "$reports" -- \
  "$JDK25/bin/java" -Xmx1g -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
  --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
  -Dvertx.disableFileCaching=true -Dvertx.disableFileCPResolving=true \
  -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -Dorg.slf4j.simpleLogger.log.org.ovswin.e2e=info \
  -Dbasedir="$module" -Dovswin.datapath=system \
  -cp "$(cat target/test-classpath):$(echo "$module"/target/plugin-exec-*.jar):$module/target/test-classes" \
  org.junit.platform.console.ConsoleLauncher execute --scan-classpath="$module/target/test-classes" \
  --include-package=org.ovswin.e2e --include-classname='.*E2ETest' --fail-if-no-tests \
  --details=verbose --details-theme=ascii --disable-ansi-colors --disable-banner \
  --reports-dir="$reports" "$@"
