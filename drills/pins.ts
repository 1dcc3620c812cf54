import type { DrillEvent } from '../model/drill.ts'
import type { Pin } from '../model/pin.ts'

export interface PinnedNote {
  /** Milliseconds since the epoch. */
  at: number
  by: string | null
  text: string
  pin: Pin
  /** A file name for its picture, such as `pin-1.svg`; null without one. */
  file: string | null
}

/** The pins of a drill, in order. */
export const pinsOf = (events: readonly DrillEvent[]): PinnedNote[] =>
  events
    .flatMap((event) => (event.type === 'note-added' && event.pin ? [{ event, pin: event.pin }] : []))
    .map(({ event, pin }, index) => ({
      at: event.at,
      by: event.by?.name ?? null,
      text: event.type === 'note-added' ? event.text : '',
      pin,
      file: pin.graph ? `pin-${index + 1}.svg` : null,
    }))
