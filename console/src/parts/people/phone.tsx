import { characters } from '../../../../people/characters/registry.ts'
import type { Inbox } from './inbox.ts'

/** An incoming call: at the top of the room, until it is answered or declined. */
export function Phone({ inbox }: { inbox: Inbox }) {
  const { call } = inbox
  if (!call) return null
  return (
    <div className="phone" role="alert">
      <b>Incoming call: {characters[call.person].role}</b>
      <span className="buttons">
        <button
          className="primary"
          onClick={() => {
            inbox.select(call.person)
            document.querySelector('section.people')?.scrollIntoView({ block: 'nearest' })
          }}
        >
          Answer
        </button>
        <button onClick={inbox.decline}>Not now</button>
      </span>
    </div>
  )
}
