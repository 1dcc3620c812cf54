import { elapsed } from '../../../../model/duration.ts'
import { drillClock } from '../../../../model/drill.ts'
import { NoteText } from '../../parts/handover/notice.tsx'
import type { Debrief } from './debrief.ts'
import { Tag } from './tag.tsx'

interface Props extends Pick<Debrief, 'drill' | 'handovers'> {
  /** How many points it counts. */
  counts?: string
}

/** Each handover note, compared with what was true when it was written, with a better version. */
export function HandingOver({ drill, handovers, counts = 'not part of the score' }: Props) {
  if (handovers.length === 0) return null
  return (
    <section className="box telling" aria-label="Handing over">
      <h2>
        Handing over <span className="quiet">{counts}</span>
      </h2>
      <ol>
        {handovers.map(({ at, by, note, findings, better }) => (
          <li key={at}>
            <p>
              <b>{elapsed(drillClock(drill, at))}</b>
              {by && ` ${by.name}`}: {findings.filter(({ ok }) => ok).length} of {findings.length} as it was
            </p>
            <NoteText note={note} />
            <ul className="tags">
              {findings.map(({ rule, title, ok }) => (
                <Tag key={rule} has={ok}>
                  {title}
                </Tag>
              ))}
            </ul>
            <ul>
              {findings.flatMap(({ rule, title, note: truth }) =>
                truth === null
                  ? []
                  : [
                      <li key={rule} className="quiet">
                        {title}: {truth}.
                      </li>,
                    ],
              )}
            </ul>
            {better && (
              <details>
                <summary>A better version</summary>
                <NoteText note={better} />
              </details>
            )}
          </li>
        ))}
      </ol>
    </section>
  )
}
