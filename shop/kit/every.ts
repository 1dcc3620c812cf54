import { messageOf } from './errors.ts'
import type { Service } from './service.ts'

/** Runs `work` repeatedly, never concurrently, until the service stops. */
export function every(service: Service, intervalMs: number, work: () => Promise<void>): void {
  let stopped = false
  let running: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout
  const tick = () => {
    running = work()
      .catch((error: unknown) => service.app.log.warn(`${work.name}: ${messageOf(error)}`))
      .then(() => {
        if (!stopped) timer = setTimeout(tick, intervalMs)
      })
  }
  timer = setTimeout(tick, intervalMs)
  service.onStop(async () => {
    stopped = true
    clearTimeout(timer)
    await running
  })
}
