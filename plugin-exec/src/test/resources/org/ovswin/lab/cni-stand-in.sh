#!/bin/sh
# A CNI plugin for one node, for the tests of the lab: a veth on the node's
# bridge, two flows that let only the pod's own addresses in, a file as lease.
# The pod's number is the last character of its name.
set -eu

node_dir=$(dirname "$(dirname "$OVS_WIN_CNI_SOCKET")")
node_ns=$OVS_WIN_LAB-$(basename "$node_dir")
ovs=$node_dir/ovs
pod_ns=$(basename "$CNI_NETNS")
n=${pod_ns##*pod}
ip=10.244.0.$((n + 1))
mac=02:00:0a:f4:00:0$n
vsctl() { ovs-vsctl --db="unix:$ovs/db.sock" --timeout=10 "$@"; }
ofctl() { verb=$1; shift; ovs-ofctl "$verb" "unix:$ovs/br-pods.mgmt" "$@"; }
config=$(cat)

case $CNI_COMMAND in
ADD)
  case $n in 9)
    echo '{"cniVersion":"1.0.0","code":11,"msg":"try again later","details":"nine is not to be had"}'
    exit 1 ;;
  esac
  echo "$config" >"$node_dir/stdin-$n"
  env | grep '^CNI_' >"$node_dir/env-$n"
  ip -n "$node_ns" link add "v$n" type veth peer name "$CNI_IFNAME" address $mac netns "$pod_ns"
  ip -n "$pod_ns" address add "$ip/24" dev "$CNI_IFNAME"
  ip -n "$pod_ns" link set "$CNI_IFNAME" up
  nsenter --net="$CNI_NETNS" -- ethtool -K "$CNI_IFNAME" tx off >/dev/null
  ip -n "$node_ns" link set "v$n" up
  vsctl add-port br-pods "v$n" -- set interface "v$n" "ofport_request=$n"
  ofctl add-flow "in_port=$n,ip,dl_src=$mac,nw_src=$ip actions=NORMAL"
  ofctl add-flow "in_port=$n,arp,dl_src=$mac,arp_sha=$mac,arp_spa=$ip actions=NORMAL"
  touch "$node_dir/lease-$ip"
  cat <<END
{"cniVersion": "1.0.0",
 "interfaces": [{"name": "v$n"}, {"name": "$CNI_IFNAME", "mac": "$mac", "sandbox": "$CNI_NETNS"}],
 "ips": [{"address": "$ip/24", "gateway": "10.244.0.1", "interface": 1}]}
END
  ;;
DEL)
  # A node on which a file says so forgets the flows.
  test -e "$node_dir/forgets-flows" || ofctl del-flows "in_port=$n"
  vsctl --if-exists del-port br-pods "v$n"
  ip -n "$node_ns" link del "v$n" 2>/dev/null || true
  rm -f "$node_dir/lease-$ip"
  ;;
esac
