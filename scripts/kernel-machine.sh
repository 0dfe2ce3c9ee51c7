#!/usr/bin/env bash
# Runs a command as root on Debian's own kernel, in an emulated machine that starts in
# seconds: for what the kernel that runs here lacks (Open vSwitch's datapath, SCTP, netem).
#
#   scripts/kernel-machine.sh run [--timeout SECONDS] [--memory MIB] [--keep DIR] -- COMMAND [ARGUMENT...]
#   scripts/kernel-machine.sh prepare
#
# The machine sees the whole file system of this one. What it writes is gone with it,
# except below DIR. It has no network, and no processes or namespaces but its own. It
# ends with the command, after SECONDS (900 unless told), and when this script ends.
# Exit code: the command's; 3 when something has to be installed; 124 after SECONDS;
# 125 when the machine itself failed, whose console is then kept.
set -eu
root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
. "$root/scripts/prerequisites.sh"

cache=$root/target/kernel-machine
install=${OVSWIN_INSTALL:-no-install}
usage() {
  sed -n '2,12s/^# \{0,1\}//p' "$0"
}

fail() {
  echo "kernel-machine: $*" >&2
  exit 125
}

# The package that Debian's kernel is in, into a directory. Fails with nothing said when the
# package lists do not name it, or name one that the mirror no longer has.
download_kernel() {
  local package
  package=$(apt-cache depends linux-image-amd64 2>/dev/null |
    sed -n 's/^ *Depends: \(linux-image-[0-9].*-amd64\)$/\1/p' | head -n 1)
  [ -n "$package" ] || return 1
  echo "kernel-machine: unpacking $package" >&2
  (cd "$1" && apt-get -q -o APT::Sandbox::User=root download "$package") >>"$1/download.log" 2>&1
}

# Debian's kernel is unpacked, not installed: nothing here boots from it.
unpack_kernel() {
  local incomplete deb
  [ -e "$cache/linux/release" ] && return 0
  mkdir -p "$cache"
  incomplete=$(mktemp -d "$cache/incomplete.XXXXXX")
  trap 'rm -rf "$incomplete"' EXIT
  download_kernel "$incomplete" ||
    { [ "$install" = install ] && apt-get update >>"$incomplete/download.log" 2>&1 &&
      download_kernel "$incomplete"; } || {
    tail -n 5 "$incomplete/download.log" >&2
    fail "the kernel that the package linux-image-amd64 depends on: not downloaded (expected: Debian's package lists, as they are now; run apt-get update)"
  }
  deb=$(echo "$incomplete"/*.deb)
  dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$incomplete" --wildcards \
    './boot/vmlinuz-*' './lib/modules/*/modules.*' './lib/modules/*/kernel/net' \
    './lib/modules/*/kernel/lib' './lib/modules/*/kernel/crypto' './lib/modules/*/kernel/arch' \
    './lib/modules/*/kernel/fs' './lib/modules/*/kernel/drivers/net' \
    './lib/modules/*/kernel/drivers/virtio' './lib/modules/*/kernel/drivers/char' \
    './lib/modules/*/kernel/drivers/md'
  rm -f "$deb" "$incomplete/download.log"
  release=$(basename "$incomplete"/lib/modules/*)
  depmod -b "$incomplete" "$release"
  echo "$release" >"$incomplete/release"
  rm -rf "$cache/linux"
  mv -T "$incomplete" "$cache/linux"
  trap - EXIT
}

# What it takes to see this file system, and no more: the rest is loaded from there.
make_initramfs() {
  local files file number=10 busybox
  files=$(mktemp -d "$cache/initramfs.XXXXXX")
  busybox=$(command -v busybox)
  ! ldd "$busybox" >/dev/null 2>&1 ||
    fail "$busybox: dynamically linked (expected: static; apt-get install busybox-static)"
  mkdir -p "$files"/bin "$files"/modules "$files"/proc "$files"/sys "$files"/dev
  cp "$busybox" "$files/bin/busybox"
  cp "$root/scripts/kernel/init.sh" "$files/init"
  chmod 755 "$files/init"
  # Each is named after those that it needs, some several times.
  while read -r _ file _; do
    cp "$file" "$files/modules/$number-$(basename "$file")"
    number=$((number + 1))
  done < <(modprobe -d "$cache/linux" -S "$release" --show-depends -a \
    virtio_pci virtio_console virtio-rng 9pnet_virtio 9p overlay | awk '/^insmod/ && !seen[$2]++')
  (cd "$files" && find . | cpio -o -H newc --quiet) >"$1"
  rm -rf "$files"
}

prepare() {
  need_kernel_machine
  settle "$install"
  unpack_kernel
  release=$(cat "$cache/linux/release")
}

# The machine finds the command, and its words as they are, in a file.
write_command() {
  {
    printf 'cd %q\n' "$PWD"
    printf 'export PATH=%q HOME=%q\n' "$PATH" "${HOME:-/root}"
    printf 'exec'
    printf ' %q' "$@"
    printf '\n'
  } >"$run/share/command"
  printf '%s\n' "$keep" >"$run/share/keep"
  cp "$root/scripts/kernel/guest.sh" "$run/share/guest"
  printf '%s\n' "$cache/linux/lib/modules/$release" >"$run/share/modules"
}

machine=
output=
run=
end_machine() {
  local process
  trap '' INT TERM HUP
  for process in $machine $output; do
    kill "$process" 2>/dev/null || true
    wait "$process" 2>/dev/null || true
  done
  [ -z "$run" ] || rm -rf "$run"
}

# The console goes to a file that outlives the run.
keep_console() {
  cp "$run/console.log" "$cache/console.log"
  echo "kernel-machine: $1; the machine's console is in $cache/console.log and ends with" >&2
  tr -d '\r' <"$cache/console.log" | sed '/Call Trace:/,$d' | tail -n 15 >&2
}

run_machine() {
  local code=0 keep_share=()
  run=$(mktemp -d "$cache/run.XXXXXX")
  trap end_machine EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  mkdir "$run/share"
  mkfifo "$run/out"
  write_command "$@"
  make_initramfs "$run/initramfs"
  if [ -n "$keep" ]; then
    keep_share=(-virtfs "local,path=${keep//,/,,},mount_tag=keep,security_model=none")
  fi
  cat "$run/out" &
  output=$!
  # TCG: no machine has to lend its virtualization. Its clock goes a nanosecond with each
  # instruction, so that deadlines inside do not pass because this machine is slow or busy;
  # a second processor would cost Java three times the work. The time bound is not this
  # script's, so that it holds also when this script is killed.
  setpriv --pdeathsig TERM timeout -k 5 "$timeout" qemu-system-x86_64 \
    -accel tcg -icount shift=0 -cpu Nehalem -smp 1 -m "$memory" \
    -nodefaults -no-user-config -no-reboot -display none \
    -kernel "$cache/linux/boot/vmlinuz-$release" -initrd "$run/initramfs" \
    -append 'console=ttyS0 quiet panic=-1 oops=panic' \
    -serial "file:$run/console.log" \
    -device virtio-serial-pci -chardev "file,id=out,path=${run//,/,,}/out" -device virtserialport,chardev=out \
    -device virtio-rng-pci \
    -virtfs local,path=/,mount_tag=root,security_model=none,readonly=on,multidevs=remap \
    -virtfs "local,path=${run//,/,,}/share,mount_tag=machine,security_model=none" \
    "${keep_share[@]}" </dev/null &
  machine=$!
  wait "$machine" || code=$?
  machine=
  wait "$output" || true
  output=
  if [ -e "$run/share/exit-code" ]; then
    code=$(cat "$run/share/exit-code")
    exit "$code"
  elif [ "$code" = 124 ] || [ "$code" = 137 ]; then
    keep_console "no end after $timeout s"
    exit 124
  fi
  keep_console "the machine ended without a result (qemu's exit code $code)"
  exit 125
}

timeout=900
memory=3072
keep=
case ${1:-} in
  prepare)
    prepare
    echo "kernel-machine: Linux $release is in $cache/linux" >&2
    ;;
  run)
    shift
    while [ $# -gt 0 ]; do
      case $1 in
        --timeout) timeout=$2; shift 2 ;;
        --memory) memory=$2; shift 2 ;;
        --keep)
          mkdir -p "$2"
          keep=$(cd "$2" && pwd)
          shift 2
          ;;
        --) shift; break ;;
        *)
          usage >&2
          exit 2
          ;;
      esac
    done
    if [ $# = 0 ]; then
      usage >&2
      exit 2
    fi
    need_root
    prepare
    run_machine "$@"
    ;;
  -h | --help) usage ;;
  *)
    usage >&2
    exit 2
    ;;
esac
