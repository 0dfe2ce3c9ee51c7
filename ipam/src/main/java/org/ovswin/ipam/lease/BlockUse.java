package org.ovswin.ipam.lease;

/** Whether new addresses are given from a block. */
public enum BlockUse {
  /** They are. */
  OPEN,
  /** None are: the block is being emptied to be given back. Leases in it stay. */
  CLOSED
}
