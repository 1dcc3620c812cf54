import { defineEvidence, nothing } from './command.ts'

const withValue = /^(-c|-N|-H|-P|-V|-u|-p|-f|-S|-s|-d|--(config|node|host|port|vhost|username|password|format|sort|depth))$/

/** Output of RabbitMQ's management API is a look at the queue. */
export const rabbitmqadmin = defineEvidence({
  id: 'rabbitmqadmin',
  programs: ['rabbitmqadmin'],
  read(words) {
    const parts: string[] = []
    for (let at = 0; at < words.length; at++) {
      const word = words[at] ?? ''
      if (withValue.test(word)) at++
      else if (!word.startsWith('-')) parts.push(word)
    }
    const [verb = '', what = '', ...rest] = parts
    if (!/^(list|show|get|declare|delete|close|purge|publish|export|import)$/.test(verb)) return nothing
    const queue = rest.find((part) => part.startsWith('name='))?.slice('name='.length)
    return {
      looks: [{ view: 'queue', component: 'rabbitmq', detail: 'RabbitMQ by rabbitmqadmin', answeredBy: 'rabbitmqManagement' }],
      changes: /^(declare|delete|close|purge|publish|import)$/.test(verb),
      ...(verb === 'purge' && what === 'queue' && queue ? { sameAs: { action: 'purge-queue', params: { queue } } } : {}),
    }
  },
})
