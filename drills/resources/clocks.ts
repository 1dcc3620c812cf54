import type { ClockReading } from '../../model/range.ts'
import { isWrong, offsetInWords } from '../clocks.ts'
import { defineResource, forEach, listed } from './resource.ts'

export const clocks = defineResource<ClockReading[]>({
  id: 'clocks',
  title: 'clocks of the services',
  after: ['services', 'deployments'],
  isOn: (range) => !range.lacks.includes('clocks'),
  read: async (range) => (await range.processes.clocks()).filter(isWrong),
  differs: (found) => listed(found.map((clock) => `that of ${clock.service} is ${offsetInWords(clock)}`)),
  restore: (range, found) => forEach(found, ({ service }) => range.processes.setClock(service, 0)),
  print: (found) => found.map(({ service }) => service),
})
