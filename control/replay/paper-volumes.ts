import type { Volume, VolumesPort } from '../../model/range.ts'

/** Volumes on paper: they keep what they are told, and hold nothing that was deleted. */
export function paperVolumes(): VolumesPort {
  let volumes: Volume[] = []
  const named = (name: string) => volumes.find((volume) => volume.name === name)
  const free = (volume: Volume | undefined, bytes: number) => {
    if (volume) volume.freeBytes += bytes
  }
  return {
    list: async () => structuredClone(volumes),
    async create(name, sizeBytes) {
      const there = named(name) ?? { name, path: `/volumes/${name}`, sizeBytes, freeBytes: sizeBytes, files: [], held: [] }
      if (!named(name)) volumes.push(there)
      return there.path
    },
    async resize(name, sizeBytes) {
      const volume = named(name)
      free(volume, sizeBytes - (volume?.sizeBytes ?? 0))
      if (volume) volume.sizeBytes = sizeBytes
    },
    async write(name, file, bytes) {
      const volume = named(name)
      if (!volume || volume.files.some((one) => one.name === file)) return
      volume.files.push({ name: file, bytes, isOwn: false })
      free(volume, -bytes)
    },
    async delete(name, file) {
      const volume = named(name)
      const there = volume?.files.find((one) => one.name === file)
      if (!volume || !there) return
      volume.files = volume.files.filter((one) => one !== there)
      free(volume, there.bytes)
    },
    remove: async (name) => void (volumes = volumes.filter((volume) => volume.name !== name)),
  }
}
