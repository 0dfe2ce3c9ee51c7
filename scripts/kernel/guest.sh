#!/bin/bash
# The emulated machine's first process on its own root (scripts/kernel-machine.sh): loads
# modules, runs the command, leaves its exit code and turns the machine off.

# Whatever happens, the machine ends; without an exit code that is a failure of its own.
off() {
  sync
  echo o >/proc/sysrq-trigger
  while :; do sleep 60; done
}
trap off EXIT
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
share=/run/machine
modules=$(cat $share/modules)
keep=$(cat $share/keep)

mkdir -p /dev/pts /dev/shm /lib/modules
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
ln -sfn "$modules" "/lib/modules/$(uname -r)"
if [ -n "$keep" ]; then
  mkdir -p "$keep"
  mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000 keep "$keep"
fi
# The rest the kernel loads by itself when it is first used.
modprobe -a openvswitch geneve vxlan veth macvlan sctp sch_netem nf_tables nf_conntrack

ip link set lo up
out=$(echo /dev/vport*p1)
code=0
# In its first 10 s ovs-vswitchd 3.1 counts no processors, and has no threads then that
# take packets from the kernel: so the clock goes on from there.
unshare --time --fork --monotonic 10 bash $share/command </dev/null >"$out" 2>&1 || code=$?
echo "$code" >$share/exit-code.part
mv $share/exit-code.part $share/exit-code
