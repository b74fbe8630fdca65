/**
 * The disk as the device needs it: a small port, so that a test can drop, tear and reorder unsynced writes. Nothing is
 * durable before `sync` (contents) and `syncDirectory` (names). Paths are absolute.
 */
export interface Disk {
  /** Undefined when there is no such file. */
  read(path: string, maxBytes: number): Promise<Uint8Array | undefined>;
  /** Opens for reading and writing; made when missing. */
  open(path: string): Promise<DiskFile>;
  rename(from: string, to: string): Promise<void>;
  /** No error when it is not there. */
  remove(path: string): Promise<void>;
  list(directory: string): Promise<readonly string[]>;
  makeDirectory(path: string): Promise<void>;
  syncDirectory(path: string): Promise<void>;
  /** Octets that can still be written. */
  free(directory: string): Promise<number>;
}

export interface DiskFile {
  size(): Promise<number>;
  /** At most `length` octets; fewer only at the end of the file. */
  read(offset: number, length: number): Promise<Uint8Array>;
  write(offset: number, bytes: Uint8Array): Promise<void>;
  truncate(length: number): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}
