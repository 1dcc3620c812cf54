/**
 * Counts what customers order most, or what is sent to them, from a look at the messages of one queue. Started by hand by the product team, for an afternoon. It
 * acknowledges nothing, so as not to take anything away, and has no limit to what it is given.
 */
import amqp from 'amqplib'

const queue = process.env['TAPPED_QUEUE'] ?? 'orders.fulfilment'
process.once('SIGTERM', () => process.exit(0))

for (;;) {
  try {
    const connection = await amqp.connect(process.env['AMQP_URL'] ?? '', {
      clientProperties: { connection_name: process.env['JOB_NAME'] ?? 'queue-tap' },
    })
    const channel = await connection.createChannel()
    let seen = 0
    await channel.consume(queue, (message) => {
      if (!message) return
      seen++
      process.stdout.write(
        `${JSON.stringify({ level: 'info', time: new Date().toISOString(), service: 'queue-tap', message: `${seen} orders seen` })}\n`,
      )
    })
    await new Promise<void>((resolve) => {
      connection.on('error', () => {})
      connection.on('close', () => resolve())
    })
  } catch {
    // The broker is away: it comes back for more.
  }
  await new Promise((resolve) => setTimeout(resolve, 1_000))
}
