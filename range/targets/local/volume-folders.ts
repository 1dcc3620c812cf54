import path from 'node:path'
import { volumeNames, type VolumeName } from '../../../model/range.ts'
import { postgresDataDir } from '../../components/postgres.ts'
import { dataDir, type RangeContext } from '../../context.ts'
import { isMounted, unmount } from './mounts.ts'

/** Where a volume is mounted: Redis's own folder, and one beside PostgreSQL's, which its user can reach. */
export const folderOf = (context: RangeContext, name: VolumeName): string =>
  name === 'cache' ? dataDir(context, 'redis') : path.join(path.dirname(postgresDataDir(context)), name)

/** Those of a range that are mounted, by where. */
export const mountedVolumes = (context: RangeContext): { name: VolumeName; folder: string }[] =>
  volumeNames.map((name) => ({ name, folder: folderOf(context, name) })).filter(({ folder }) => isMounted(folder))

/** Unmounts those of a range that has been stopped: a folder that something is mounted at cannot be deleted. */
export async function unmountAll(context: RangeContext): Promise<void> {
  for (const { folder } of mountedVolumes(context)) await unmount(folder)
}
