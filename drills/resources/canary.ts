import type { Canary } from '../../model/range.ts'
import { endCanary } from '../canary.ts'
import { defineResource } from './resource.ts'

export const canary = defineResource<Canary | null>({
  id: 'canary',
  title: 'the canary',
  after: ['proxies'],
  isOn: (range) => !range.lacks.includes('canary'),
  read: (range) => range.releases.canary(),
  differs: (found) => (found === null ? null : `${found.service} has a canary, ${found.version}`),
  restore: async (range) => void (await endCanary(range, 'firedrill')),
})
