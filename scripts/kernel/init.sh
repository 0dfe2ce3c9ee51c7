#!/bin/busybox sh
# The first program of the emulated machine (scripts/kernel-machine.sh): lays a layer of
# memory over the file system of the machine outside, and goes on there.
set -e
export PATH=/bin
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
for module in /modules/*; do
  insmod "$module"
done
mkdir /outside /memory /new
# Nobody writes to it from here, and what changes outside meanwhile need not be seen: so
# each file is read over the bus once.
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=loose,ro root /outside
mount -t tmpfs -o size=75% tmpfs /memory
mkdir /memory/upper /memory/work
mount -t overlay -o lowerdir=/outside,upperdir=/memory/upper,workdir=/memory/work overlay /new
mount --move /proc /new/proc
mount --move /sys /new/sys
mount --move /dev /new/dev
# The namespaces, sockets and locks outside are none of this machine's.
mount -t tmpfs tmpfs /new/run
mkdir /new/run/machine
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000 machine /new/run/machine
exec switch_root /new /bin/bash /run/machine/guest
