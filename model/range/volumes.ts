/** File systems of their own that a data store may be given; without one, it keeps its files on the disk of the host. */
export const volumeNames = ['cache', 'journal'] as const
export type VolumeName = (typeof volumeNames)[number]

/** The data store that each belongs to. */
export const volumeStores = { cache: 'redis', journal: 'postgres' } as const satisfies Record<VolumeName, string>

export interface VolumeFile {
  /** In the volume's uppermost folder. */
  name: string
  /** What it occupies; of a folder, with all that is in it. */
  bytes: number
  /** Whether the data store itself works with it. */
  isOwn: boolean
}

/** A file that was deleted while a process had it open: it occupies space until that process closes it. */
export interface HeldFile {
  /** By the name that it had. */
  name: string
  bytes: number
  pid: number
  /** The command line of the process, shortened to 120 characters. */
  process: string
}

export interface Volume {
  name: VolumeName
  /** Where it is mounted. */
  path: string
  sizeBytes: number
  freeBytes: number
  /** By size, largest first. */
  files: VolumeFile[]
  held: HeldFile[]
}

/** Small file systems of the shop's host, for drills in which a disk is full. A fresh range has none. */
export interface VolumesPort {
  /** Those that are mounted. */
  list(): Promise<Volume[]>
  /**
   * Mounts a volume of that size for its data store, and resolves to where; leaves one that is there as it is. Redis is restarted with its folder there;
   * PostgreSQL goes on, and may be given a tablespace there.
   */
  create(name: VolumeName, sizeBytes: number): Promise<string>
  /** Throws `bad-request` for a size that the files on it do not fit into, `not-found` for a volume that is not there. */
  resize(name: VolumeName, sizeBytes: number): Promise<void>
  /** Writes a file of that size; leaves one that is there as it is. */
  write(name: VolumeName, file: string, bytes: number): Promise<void>
  /** Deletes a file; throws `bad-request` for one that the data store works with, `not-found` for one that is not there. */
  delete(name: VolumeName, file: string): Promise<void>
  /** Unmounts it, with what is on it. Redis is restarted with its usual folder; PostgreSQL must not have anything there any more. */
  remove(name: VolumeName): Promise<void>
}
