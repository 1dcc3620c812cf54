/**
 * Counts what customers order most, or what is shipped to them, by reading the messages of one queue. Started by hand by the product team, for an
 * afternoon. It acknowledges nothing, in order to leave the messages, and sets no prefetch limit.
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
    // The broker is down: it retries.
  }
  await new Promise((resolve) => setTimeout(resolve, 1_000))
}
