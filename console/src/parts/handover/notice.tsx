import { handoverFields, handoverTitles, type HandoverNote } from '../../../../model/handover.ts'
import { clock } from '../../lib/time.ts'
import type { Handovers } from './unread.ts'

/** A note, part by part; empty parts are left out. */
export const NoteText = ({ note }: { note: HandoverNote }) => (
  <dl className="handover-note">
    {handoverFields.flatMap((name) =>
      note[name] === ''
        ? []
        : [
            <div key={name}>
              <dt>{handoverTitles[name].title}</dt>
              <dd>{note[name]}</dd>
            </div>,
          ],
    )}
  </dl>
)

/** The newest handover note, for somebody who enters the room of a running drill, until they have read it. */
export function HandoverNotice({ handovers }: { handovers: Handovers }) {
  const { unread } = handovers
  if (!unread) return null
  return (
    <section aria-label="Handover note" className="box handover-notice">
      <h2>
        Handover note{' '}
        <span className="quiet">
          {unread.by && `by ${unread.by.name}, `}
          {clock(unread.at)}
        </span>
      </h2>
      <NoteText note={unread} />
      <p className="buttons">
        <button className="primary" onClick={handovers.read}>
          I have read it
        </button>
      </p>
    </section>
  )
}
