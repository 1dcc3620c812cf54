import type { ServiceName } from '../model/components.ts'
import { FiredrillError } from '../model/errors.ts'
import type { Range } from '../model/range.ts'

/**
 * Wraps a range so that the mesh's policy, the feature flags and a service's settings, which are replaced as a whole, are changed only while they still are what was
 * read through this wrapper. Changes that somebody else made meanwhile are kept, and the change is refused with `outdated`. `wasOutdated` tells
 * whether that happened.
 */
export function asRead(range: Range): { range: Range; wasOutdated: () => boolean } {
  let outdated = false
  let policy: string | undefined
  const settings = new Map<ServiceName, Record<string, string>>()
  const changing = <Result>(change: Promise<Result>): Promise<Result> =>
    change.catch((error: unknown) => {
      outdated ||= error instanceof FiredrillError && error.code === 'outdated'
      throw error
    })
  return {
    wasOutdated: () => outdated,
    range: {
      ...range,
      config: {
        async get(service) {
          const read = await range.config.get(service)
          settings.set(service, read)
          return read
        },
        async set(service, overrides, by) {
          await changing(range.config.set(service, overrides, by, settings.get(service)))
          settings.set(service, overrides)
        },
      },
      flags: flagsAsRead(range.flags, changing),
      mesh: {
        ...range.mesh,
        policy: async () => (policy = await range.mesh.policy()),
        async apply(yaml, by) {
          const made = await changing(range.mesh.apply(yaml, by, policy))
          policy = yaml
          return made
        },
      },
    },
  }
}

function flagsAsRead(flags: Range['flags'], changing: <Result>(change: Promise<Result>) => Promise<Result>): Range['flags'] {
  if (!flags) return null
  let text: string | undefined
  return {
    ...flags,
    read: async () => (text = await flags.read()),
    async apply(next, by) {
      const made = await changing(flags.apply(next, by, text))
      text = next
      return made
    },
  }
}
