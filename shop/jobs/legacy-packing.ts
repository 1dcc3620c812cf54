/**
 * The packing station from before the move to the new warehouse: takes confirmed orders from the queue, prints a slip for each, and acknowledges it.
 * It was to be switched off; somebody has started it again. The worker never sees the messages that it takes.
 */
import amqp from 'amqplib'

const queue = 'orders.fulfilment'
process.once('SIGTERM', () => process.exit(0))

for (;;) {
  try {
    const connection = await amqp.connect(process.env['AMQP_URL'] ?? '')
    const channel = await connection.createChannel()
    await channel.prefetch(20)
    await channel.consume(queue, (message) => {
      if (!message) return
      process.stdout.write(
        `${JSON.stringify({ level: 'info', time: new Date().toISOString(), service: 'legacy-packing', message: `slip printed for order ${String(message.properties.messageId)}` })}\n`,
      )
      channel.ack(message)
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
