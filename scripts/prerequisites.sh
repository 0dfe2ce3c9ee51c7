# Sourced by ./ovs-win and ./verify. Names what a command needs, installs what is
# missing from Debian's packages, and finds a JDK 25.

# need COMMAND PACKAGE...: remembers the packages when the command is absent.
missing_packages=()
missing_other=()
need() {
  local command=$1
  shift
  command -v "$command" >/dev/null 2>&1 || missing_packages+=("$@")
}

# Sets JDK25 to the home of a JDK 25, or leaves it empty. Maven's toolchain
# selection reads JAVA25_HOME, so an unusual place works as well.
find_jdk25() {
  local home
  JDK25=
  for home in "${JAVA25_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/* /opt/jdk* /opt/java/*; do
    if [ -n "$home" ] && [ -x "$home/bin/javac" ] &&
      grep -q '^JAVA_VERSION="25[."]' "$home/release" 2>/dev/null; then
      JDK25=$home
      export JAVA25_HOME=$home
      return 0
    fi
  done
}

apt_has() {
  apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [0-9]'
}

need_jdk25() {
  find_jdk25
  [ -n "$JDK25" ] && return 0
  local package
  for package in temurin-25-jdk openjdk-25-jdk-headless; do
    if apt_has "$package"; then
      missing_packages+=("$package")
      return 0
    fi
  done
  missing_other+=("a JDK 25: no configured apt source has one; install Eclipse Temurin 25 (adoptium.net, package temurin-25-jdk) or set JAVA25_HOME")
}

# What building takes.
need_build() {
  need mvn maven
  need gcc gcc libc6-dev
  [ -e /usr/include/stdio.h ] || missing_packages+=(libc6-dev)
  need_jdk25
}

# What nodes made of network namespaces take.
need_cluster() {
  need ovs-vswitchd openvswitch-switch
  need ip iproute2
  need ethtool ethtool
  need ping iputils-ping
  need nsenter util-linux
  need nft nftables libnftables1
}

# What a node takes.
need_node() {
  need ovs-vswitchd openvswitch-switch
  need ip iproute2
  ldconfig -p | grep -q 'libnftables\.so\.1 ' || missing_packages+=(libnftables1)
}

# What an etcd cluster made of network namespaces takes, with TLS and slow links.
need_etcd() {
  need etcd etcd-server
  need etcdctl etcd-client
  need openssl openssl
  need ip iproute2
  need tc iproute2
}

# The IPAM of the CNI project, which is not on the PATH.
need_host_local() {
  need /usr/lib/cni/host-local containernetworking-plugins
}

# What the emulated machine of scripts/kernel-machine.sh takes.
need_kernel_machine() {
  need qemu-system-x86_64 qemu-system-x86
  need busybox busybox-static
  need cpio cpio
  need modprobe kmod
  need setpriv util-linux
  need socat socat
}

# The container runtimes that the plugin is tried under, and what their images are made of.
need_runtimes() {
  need podman podman
  need containerd containerd
  need runc runc
  [ -x /bin/busybox ] && ! ldd /bin/busybox >/dev/null 2>&1 || missing_packages+=(busybox-static)
}

# The plugins of the CNI project that are chained with ours, and what they call.
need_chained_plugins() {
  need /usr/lib/cni/portmap containernetworking-plugins
  need /usr/lib/cni/bandwidth containernetworking-plugins
  need /usr/lib/cni/tuning containernetworking-plugins
  need iptables iptables
  need tc iproute2
}

# What running takes: root, for namespaces and Open vSwitch.
need_root() {
  if [ "$(id -u)" != 0 ]; then
    echo "ovs-win: run this as root (it makes network namespaces and starts Open vSwitch)" >&2
    exit 3
  fi
}

# settle install|no-install: installs what is missing, or says it and exits 3.
settle() {
  local package
  if [ ${#missing_packages[@]} -gt 0 ]; then
    mapfile -t missing_packages < <(printf '%s\n' "${missing_packages[@]}" | sort -u)
    if [ "$1" = no-install ]; then
      for package in "${missing_packages[@]}"; do
        echo "missing: package $package (apt-get install $package)" >&2
      done
    elif [ ${#missing_other[@]} -eq 0 ]; then
      for package in "${missing_packages[@]}"; do
        echo "installing: $package" >&2
      done
      install_packages "${missing_packages[@]}"
      missing_packages=()
      find_jdk25
    fi
  fi
  local other
  for other in "${missing_other[@]}"; do
    echo "missing: $other" >&2
  done
  if [ ${#missing_other[@]} -gt 0 ] || [ ${#missing_packages[@]} -gt 0 ]; then
    exit 3
  fi
}

# A daemon that a package would start is not wanted: every node starts its own.
install_packages() {
  local log deny=
  log=$(mktemp)
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    deny=/usr/sbin/policy-rc.d
    printf '#!/bin/sh\nexit 101\n' >"$deny"
    chmod 755 "$deny"
  fi
  if ! {
    apt-get update &&
      DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
  } >"$log" 2>&1; then
    [ -z "$deny" ] || rm -f "$deny"
    tail -n 20 "$log" >&2
    echo "ovs-win: apt-get could not install: $*; the whole log is in $log" >&2
    exit 3
  fi
  [ -z "$deny" ] || rm -f "$deny"
  rm -f "$log"
}
