import { Search } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { useSearchParams } from 'react-router'
import { difficulties, type ScenarioCard } from '../../../../model/scenario.ts'
import { useDrills, useScenarios, useShifts } from '../../lib/data.ts'
import { putParams } from '../../lib/params.ts'
import { Empty, NotYet, Problem, UntilSteady } from '../../parts/states.tsx'
import { Lobby } from '../../parts/team.tsx'
import { filtersOf, fits, nextFor, type Filters } from './choose.ts'
import { RunningHero, StartHero } from './heroes.tsx'
import { LearningPaths } from './learning-paths.tsx'
import { PastDrills } from './past-drills.tsx'
import { ScenarioTile } from './scenario-tile.tsx'
import { Shifts } from './shifts.tsx'
import { useStart, type Mode } from './start.ts'

const modes: Record<Mode, string> = { learning: 'Learning: hints are free', assessment: 'Assessment: hints cost points' }

/** The catalogue: the running drill, what to play next, and everything that can be played. */
export function ScenariosPage() {
  const { data, error } = useScenarios()
  const drills = useDrills().data
  const shifts = useShifts().data?.shifts ?? []
  const [params] = useSearchParams()
  const [mode, setMode] = useState<Mode>('learning')
  const start = useStart(mode)
  if (error || !data) return <NotYet title="Scenarios" what="scenarios" error={error} />
  const running = drills?.running ?? null
  const past = drills?.drills.filter((drill) => drill.phase === 'finished') ?? []
  const filters = filtersOf(params)
  const shown = data.scenarios.filter((scenario) => fits(scenario, filters))
  const here = shown.filter(({ playable }) => playable)
  const tile = (scenario: ScenarioCard) => (
    <ScenarioTile
      key={scenario.id}
      scenario={scenario}
      topics={filters.topics}
      busy={running !== null || start.isPending}
      onStart={() => start.mutate({ scenario: scenario.id })}
    />
  )
  return (
    <>
      <div className="heading">
        <h1>Scenarios</h1>
        <ModeChoice mode={mode} onMode={setMode} />
      </div>
      {past.length === 0 && drills && <Welcome />}
      {running ? (
        <RunningHero drill={running} />
      ) : (
        <StartHero mode={mode} next={nextFor(data.scenarios)} first={past.length === 0} busy={start.isPending} onStart={start.mutate} />
      )}
      {start.isPending && <UntilSteady reason={start.failureReason} />}
      {start.error && <Problem error={start.error} />}
      <Lobby />
      {mode === 'learning' && running === null && (
        <LearningPaths busy={start.isPending} onStart={(scenario) => start.mutate({ scenario })} />
      )}
      {running === null && <Shifts shifts={shifts} busy={start.isPending} onStart={(shift) => start.mutate({ shift })} />}
      {data.closed && <Empty>A blind drill is running. The scenarios are listed again when it is over.</Empty>}
      {!data.closed && mode === 'learning' && (
        <FilterBar filters={filters} shown={here.length} of={data.scenarios.filter(({ playable }) => playable).length} />
      )}
      {!data.closed && shown.length === 0 && <Empty>No scenario matches. Clear the search, or choose another level.</Empty>}
      {mode === 'learning' && <Catalogue here={here} elsewhere={shown.filter(({ playable }) => !playable)} tile={tile} />}
      <PastDrills drills={past} titles={new Map([...data.scenarios, ...shifts].map(({ id, title }) => [id, title]))} />
    </>
  )
}

const ModeChoice = ({ mode, onMode }: { mode: Mode; onMode: (mode: Mode) => void }) => (
  <fieldset className="segments">
    <legend className="hidden">Mode</legend>
    {(Object.keys(modes) as Mode[]).map((name) => (
      <label key={name}>
        <input type="radio" name="mode" checked={mode === name} onChange={() => onMode(name)} />
        {modes[name]}
      </label>
    ))}
  </fieldset>
)

interface CatalogueProps {
  here: ScenarioCard[]
  /** Scenarios that cannot be played on this range. */
  elsewhere: ScenarioCard[]
  tile: (scenario: ScenarioCard) => ReactNode
}

/** The matching scenarios, by level. */
const Catalogue = ({ here, elsewhere, tile }: CatalogueProps) => (
  <>
    {difficulties.map((level) => {
      const those = here.filter(({ difficulty }) => difficulty === level)
      return those.length === 0 ? null : (
        <section key={level} aria-label={level}>
          <h2 className="level-title">
            {level} <span className="quiet">{those.length}</span>
          </h2>
          <ul className="tiles">{those.map(tile)}</ul>
        </section>
      )
    })}
    {elsewhere.length > 0 && (
      <details className="elsewhere">
        <summary>{elsewhere.length} more that cannot be played on this range</summary>
        <ul className="tiles">{elsewhere.map(tile)}</ul>
      </details>
    )}
  </>
)

/** For a first visit. */
const Welcome = () => (
  <section className="welcome" aria-label="Welcome">
    <p>
      <b>A real shop is running on this machine</b>, with users who browse and buy. Start a scenario and something in it breaks.
    </p>
    <ol>
      <li>
        <b>Your pager rings.</b> Acknowledge the page.
      </li>
      <li>
        <b>Find out what is wrong</b>, with dashboards, traces and logs of the whole shop.
      </li>
      <li>
        <b>Name the cause, and fix it, in any way that works.</b> The drill ends once users are served well again, and a debrief shows what
        happened.
      </li>
    </ol>
    <p className="quiet">Hints are there when you want them. Whatever you break here is restored when the drill ends.</p>
  </section>
)

function FilterBar({ filters, shown, of }: { filters: Filters; shown: number; of: number }) {
  const [, setParams] = useSearchParams()
  const set = (name: string, value: string) => putParams(setParams, { [name]: value }, { replace: true })
  return (
    <form className="filters" role="search" aria-label="Scenarios" onSubmit={(event) => event.preventDefault()}>
      <label className="search-field">
        <span className="hidden">Find a scenario</span>
        <Search size={14} aria-hidden="true" />
        <input type="search" placeholder="Find a scenario" value={filters.find} onChange={(event) => set('find', event.target.value)} />
      </label>
      <label className="inline">
        <span>Level</span>
        <select value={filters.level} onChange={(event) => set('level', event.target.value)}>
          <option value="">any</option>
          {difficulties.map((level) => (
            <option key={level}>{level}</option>
          ))}
        </select>
      </label>
      <label className="inline">
        <span>Played</span>
        <select value={filters.played} onChange={(event) => set('played', event.target.value)}>
          <option value="">any</option>
          <option value="no">not yet</option>
          <option value="yes">played</option>
        </select>
      </label>
      <label className="inline" title="Topics give away part of the answer">
        <input type="checkbox" checked={filters.topics} onChange={(event) => set('topics', event.target.checked ? 'yes' : '')} />
        Show topics (they hint at the answer)
      </label>
      <span className="quiet" role="status">
        {shown === of ? `${of} scenarios` : `${shown} of ${of} scenarios`}
      </span>
    </form>
  )
}
