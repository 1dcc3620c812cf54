import { defineResource, forEach, listed } from './resource.ts'

export const jobs = defineResource<string[]>({
  id: 'jobs',
  title: 'maintenance jobs',
  read: (range) => range.jobs.running(),
  differs: (found) => listed(found.map((job) => `${job} runs`)),
  restore: (range, found) => forEach(found, (job) => range.jobs.stop(job)),
})
