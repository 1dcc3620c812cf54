import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { DrillEvent, DrillState } from '../../../../model/drill.ts'
import { elapsed } from '../../../../model/duration.ts'
import { milestoneNames } from '../../../../model/scenario.ts'
import { pagingBurn, useSlos } from '../../lib/data.ts'
import { queryRange } from '../../lib/prometheus.ts'
import { Playback } from '../../parts/playback.tsx'
import { TimelineEvents } from '../../parts/timeline.tsx'
import type { Debrief } from './debrief.ts'
import { lanesOf, rowsOf, type Lane } from './lanes.ts'

const aroundMs = 10_000
const areaHeight = 90
/** Number of events shown around the chosen moment. */
const told = 6

interface Props {
  drill: DrillState
  events: DrillEvent[]
  reference: Debrief['reference']
  /** The visible time range, in milliseconds since the epoch. */
  moment: number
  onMoment: (at: number) => void
  title?: string
  /** Additional content, above the events. */
  above?: readonly Lane[]
}

const noLanes: readonly Lane[] = []

/** The drill in one picture: the harm to users, and over the same time what fired, was looked at, done, said and hinted. */
export function Story({ drill, events, reference, moment, onMoment, title = 'The course of the incident', above = noLanes }: Props) {
  const endedAt = drill.endedAt ?? drill.lastEventAt
  const [from, to] = [drill.startedAt - aroundMs, endedAt + aroundMs]
  const place = (at: number): number => Math.min(100, Math.max(0, ((at - from) / (to - from)) * 100))
  const lanes = useMemo(() => [...above, ...lanesOf(events, endedAt)], [above, events, endedAt])
  const pain = usePain(from, to)
  const felt = pain.findLast(([at]) => at * 1_000 <= moment)?.[1]
  return (
    <section className="box story-picture" aria-label={title}>
      <h2>{title}</h2>
      <div className="lanes">
        <PainLane pain={pain} place={place} />
        {lanes.map(({ name, items }) => (
          <LaneRow key={name} name={name}>
            {rowsOf(items).map((row, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- a row is its place in the lane
              <div key={index} className="lane-row">
                {row.map((item) => (
                  <i
                    key={`${item.from} ${item.text}`}
                    className={`lane-item ${item.tone} ${item.from > moment ? 'later' : ''}`}
                    style={{
                      left: `${place(item.from)}%`,
                      width: item.to > item.from ? `${place(item.to) - place(item.from)}%` : undefined,
                    }}
                    title={`${elapsed(item.from - drill.startedAt)}  ${item.text}`}
                  />
                ))}
              </div>
            ))}
          </LaneRow>
        ))}
        <MilestoneLane drill={drill} place={place} />
        {reference.length > 0 && <ReferenceLane drill={drill} reference={reference} place={place} to={to} />}
        <div className="lane-cursor" aria-hidden="true">
          <i style={{ left: `${place(moment)}%` }} />
        </div>
        <Playback from={from} to={to} moment={moment} onMoment={onMoment} />
        <input
          type="range"
          aria-label="Moment"
          aria-valuetext={elapsed(moment - drill.startedAt)}
          min={from}
          max={to}
          step={1_000}
          value={moment}
          onChange={(event) => onMoment(Number(event.target.value))}
        />
      </div>
      <p>
        <b>{elapsed(moment - drill.startedAt)}</b>
        {felt !== undefined && ` · ${(felt * 100).toFixed(felt > 0 && felt < 0.1 ? 1 : 0)} % of users’ requests were slow or failed`}
      </p>
      <TimelineEvents startedAt={drill.startedAt} events={events.filter(({ at }) => at <= moment)} most={told} />
    </section>
  )
}

/** The position of a moment in the picture, in percent of its width, from the left. */
type Place = (at: number) => number

/** The harm to users, as an area. */
const PainLane = ({ pain, place }: { pain: readonly [number, number][]; place: Place }) => (
  <>
    <span className="lane-name">Users hurt</span>
    <div className="lane" style={{ height: areaHeight }}>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height={areaHeight} role="img" aria-label={painInWords(pain)}>
        <polygon
          points={`0,100 ${pain.map(([at, value]) => `${place(at * 1_000)},${100 - value * 100}`).join(' ')} 100,100`}
          className="pain-area"
        />
      </svg>
      <span className="lane-scale quiet">100 %</span>
    </div>
  </>
)

function MilestoneLane({ drill, place }: { drill: DrillState; place: Place }) {
  const marks = milestoneNames.flatMap((name) => {
    const at = drill.milestones[name]
    return at === null ? [] : [{ name, at }]
  })
  return (
    <>
      <span className="lane-name">Milestones</span>
      <div className="lane lane-marks">
        {marks.map(({ name, at }, index) => (
          <i key={name} style={{ left: `${place(at)}%`, top: `${index * 1.1}rem` }} className={place(at) > 60 ? 'ends' : ''}>
            {name} {elapsed(at - drill.startedAt)}
          </i>
        ))}
      </div>
    </>
  )
}

interface ReferenceProps {
  drill: DrillState
  reference: Debrief['reference']
  place: Place
  /** The right end of the picture, in milliseconds since the epoch. */
  to: number
}

/** When the reference solution reaches each milestone; those after the end of the picture are listed beside it. */
function ReferenceLane({ drill, reference, place, to }: ReferenceProps) {
  const later = reference.filter(({ parMs }) => drill.startedAt + parMs > to)
  return (
    <>
      <span className="lane-name">Reference</span>
      <div className="lane lane-marks reference">
        {reference
          .filter(({ parMs }) => drill.startedAt + parMs <= to)
          .map(({ milestone, parMs }, index) => (
            <i
              key={milestone}
              style={{ left: `${place(drill.startedAt + parMs)}%`, top: `${index * 1.1}rem` }}
              className={place(drill.startedAt + parMs) > 60 ? 'ends' : ''}
            >
              {milestone} {elapsed(parMs)}
            </i>
          ))}
        {later.length > 0 && (
          <span className="quiet reference-later">
            After the end: {later.map(({ milestone, parMs }) => `${milestone} ${elapsed(parMs)}`).join(', ')}
          </span>
        )}
      </div>
    </>
  )
}

const LaneRow = ({ name, children }: { name: string; children: React.ReactNode }) => (
  <>
    <span className="lane-name">{name}</span>
    <div className="lane">{children}</div>
  </>
)

/** The share of users' requests that missed the objective, for the worst journey: by seconds since the epoch. */
function usePain(from: number, to: number): [at: number, value: number][] {
  const window = pagingBurn(useSlos().data)?.short
  const { data } = useQuery({
    queryKey: ['pain', from, to, window],
    enabled: window !== undefined,
    queryFn: async () => {
      const [start, end] = [Math.floor(from / 1_000), Math.ceil(to / 1_000)]
      const step = Math.max(1, Math.floor((end - start) / 400))
      const [worst] = await queryRange(`max({__name__=~"slo:.+:bad_ratio_${window}"})`, 'pain', start, end, step)
      return worst?.points ?? []
    },
  })
  return data ?? []
}

function painInWords(pain: readonly [number, number][]): string {
  const worst = Math.max(0, ...pain.map(([, value]) => value))
  return `At worst, ${Math.round(worst * 100)} % of users’ requests were slow or failed`
}
