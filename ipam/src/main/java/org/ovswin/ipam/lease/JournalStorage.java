package org.ovswin.ipam.lease;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The few calls that the journal makes on a directory. {@link DiskStorage} makes them on a real
 * one; the tests have one that loses what was not forced and fails when told to.
 */
interface JournalStorage {

  /** Whether there is a file of this name. */
  boolean exists(String name) throws IOException;

  /** Opens a file for reading alone. */
  JournalFile openForReading(String name) throws IOException;

  /** Opens a file for reading and writing. */
  JournalFile open(String name) throws IOException;

  /** Creates an empty file, or empties the one that is there. */
  JournalFile create(String name) throws IOException;

  /** Gives a file another name, atomically, in place of the file that has it. */
  void rename(String from, String to) throws IOException;

  /** Deletes a file if it is there. */
  void delete(String name) throws IOException;

  /** Returns once every creation, rename and deletion so far survives a power cut. */
  void forceDirectory() throws IOException;

  /** An open file. */
  interface JournalFile extends Closeable {
    long size() throws IOException;

    /** Reads at a position; -1 at the end, otherwise at least one byte. */
    int read(ByteBuffer into, long position) throws IOException;

    /** Writes all that remains in the buffer. */
    void write(ByteBuffer from, long position) throws IOException;

    void truncate(long size) throws IOException;

    /** Returns once everything written so far survives a power cut. */
    void force() throws IOException;
  }
}
