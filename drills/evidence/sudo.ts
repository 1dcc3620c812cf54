import { defineEvidence, nothing } from './command.ts'

/**
 * A signal to the shop's processes changes it; commands that only list them are about all of them, and no look. The broker's own program is a look at
 * it.
 */
export const sudo = defineEvidence({
  id: 'sudo',
  programs: ['sudo'],
  read([first = '', ...rest]) {
    const program = (first === '-n' ? (rest[0] ?? '') : first).split('/').at(-1)
    if (program === 'rabbitmqctl' && rest.some((word) => /^(list_|status$)/.test(word)))
      return {
        looks: [{ view: 'queue', component: 'rabbitmq', detail: 'RabbitMQ by rabbitmqctl', answeredBy: 'operator' }],
        changes: false,
      }
    return program === 'kill' && !rest.includes('-0') ? { looks: [], changes: true } : nothing
  },
})
