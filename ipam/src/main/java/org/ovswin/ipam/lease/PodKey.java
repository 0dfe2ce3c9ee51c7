package org.ovswin.ipam.lease;

/** The name of a pod in the cluster, the same in all of its lives. */
record PodKey(String namespace, String name) {}
