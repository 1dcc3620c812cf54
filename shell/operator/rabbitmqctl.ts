import { Refused, defineOperatorCommand, readOptions } from './command.ts'

/** Read-only commands; changes are made by `rabbitmqadmin`, or a button. */
const tells = [
  'list_queues',
  'list_consumers',
  'list_connections',
  'list_channels',
  'list_bindings',
  'list_exchanges',
  'list_policies',
  'list_unresponsive_queues',
  'status',
]

/** The broker as its own program reports it: with the numbers that its HTTP API lacks. */
export const rabbitmqctl = defineOperatorCommand({
  program: 'rabbitmqctl',
  usage: 'rabbitmqctl list_queues [name messages consumers ...] | list_consumers | list_connections | status | ...',
  plan(args, { broker }) {
    if (!broker) throw new Refused('RabbitMQ is not on this machine')
    const { flags, values, rest } = readOptions(args, { flags: /^(-q|-s|--quiet|--silent)$/, valued: ['--formatter', '-p', '--vhost'] })
    const [first = '', ...columns] = rest
    if (!tells.includes(first))
      throw new Refused(`${first || 'rabbitmqctl without a command'} is not allowed here: choose ${tells.join(', ')}`)
    for (const text of [...columns, ...values.map(([, value]) => value)])
      if (!/^(\/|[a-z][a-z_.]*)$/.test(text)) throw new Refused(`${text} is not understood`)
    const options = [...flags, ...values.map(([name, value]) => (name.startsWith('--') ? `${name}=${value}` : `${name}${value}`))]
    return { ...broker, args: [...options, first, ...columns], seconds: 30 }
  },
})
