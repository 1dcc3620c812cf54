import { FiredrillError } from '../model/errors.ts'
import type { Range, Volume, VolumeName, VolumesPort } from '../model/range.ts'

/** The volumes of a range; throws `unsupported` where it can have none. */
export function volumesOf({ volumes }: Pick<Range, 'volumes'>): VolumesPort {
  if (!volumes) throw new FiredrillError('unsupported', 'no volume can be mounted where the shop runs now')
  return volumes
}

/** One that is mounted; null where it is not. */
export const volumeNamed = async (range: Pick<Range, 'volumes'>, name: VolumeName): Promise<Volume | null> =>
  (await volumesOf(range).list()).find((volume) => volume.name === name) ?? null

const kilobyte = 1_024

/** Fills a volume with one file, except for so much; does nothing where that file is there. */
export async function fillVolume(range: Pick<Range, 'volumes'>, name: VolumeName, file: string, spareKilobytes: number): Promise<void> {
  const volume = await volumeNamed(range, name)
  const bytes = (volume?.freeBytes ?? 0) - spareKilobytes * kilobyte
  if (bytes > 0) await volumesOf(range).write(name, file, bytes)
}
