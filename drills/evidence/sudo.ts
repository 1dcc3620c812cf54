import { defineEvidence, nothing } from './command.ts'

/** A signal to the shop's processes changes it; what only lists them is about all of them, and a look at none. The broker's own program is a look at it. */
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
