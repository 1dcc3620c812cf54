import { lazy, type ComponentType } from 'react'
import { whenIdle } from './idle.ts'

/** In milliseconds: as long as a killed control plane takes to be back, with a margin. */
const againAfterMs = 1_000
const patientMs = 15_000

const ahead: (() => Promise<unknown>)[] = []

interface Options {
  /** Whether it is fetched in advance when the browser is idle: it has to be there immediately in an incident. */
  early?: boolean
}

/** A part of the console whose code is fetched when it is first shown. On failure, it is retried for a while. */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>, { early = false }: Options = {}) {
  let found: Promise<ComponentType<Props>> | null = null
  const once = () => {
    found ??= patiently(load).catch((error: unknown) => {
      found = null
      throw error
    })
    return found
  }
  if (early) ahead.push(once)
  return lazy(async () => ({ default: await once() }))
}

async function patiently<Value>(load: () => Promise<Value>): Promise<Value> {
  const giveUpAt = performance.now() + patientMs
  for (;;) {
    try {
      return await load()
    } catch (error) {
      if (performance.now() > giveUpAt) throw new Error('Its code could not be loaded from the control plane.', { cause: error })
      await new Promise((resolve) => setTimeout(resolve, againAfterMs))
    }
  }
}

/** Fetches what an incident needs, one after another, when the browser is idle. */
export function fetchAhead(): void {
  const next = ahead.shift()
  if (!next) return
  // A failed fetch is retried when the part is shown.
  whenIdle(() => void next().then(fetchAhead, fetchAhead))
}
