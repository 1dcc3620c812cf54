import type { ComponentName } from '../../model/components.ts'
import type { Silence } from '../../model/silence.ts'
import { defineResource, forEach, listed } from './resource.ts'

export const alertRules = defineResource<string[]>({
  id: 'alert-rules',
  title: 'alerting rules',
  after: ['monitoring'],
  read: (range) => range.monitoring.extraRules(),
  differs: (found) => listed(found.map((file) => `${file} is more`)),
  async restore(range, found) {
    for (const file of found) await range.monitoring.setExtraRules(file, null)
  },
})

export const scraping = defineResource<ComponentName[]>({
  id: 'scraping',
  title: 'what Prometheus scrapes',
  after: ['alert-rules'],
  read: (range) => range.monitoring.unscraped(),
  differs: (found) => listed(found.map((name) => `${name} is left out`)),
  restore: (range) => range.monitoring.setUnscraped([]),
})

/** Whoever created them: the next drill's page would not be sent. */
export const silences = defineResource<Silence[]>({
  id: 'silences',
  title: 'silences',
  after: ['monitoring'],
  read: (range) => range.monitoring.silences(),
  differs: (found) => listed(found.map(({ comment, createdBy }) => `“${comment}” of ${createdBy}`)),
  restore: (range, found) => forEach(found, ({ id }) => range.monitoring.expireSilence(id)),
  print: (found) => found.map(({ matchers, comment }) => ({ matchers, comment })),
})
