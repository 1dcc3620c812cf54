import { useDeferredValue, useMemo } from 'react'
import { joined } from '../../parts/log-pages.ts'
import { LogOverviewPanel } from '../../parts/log-overview.tsx'
import { LogTable } from '../../parts/log-table.tsx'
import { RangePicker } from '../../parts/range-picker.tsx'
import { useSeen } from '../../parts/seen.ts'
import { Empty, Loading, Problem } from '../../parts/states.tsx'
import { FieldTags, Filters } from './filters.tsx'
import { pageOf, useFoundLines, useLogSearch, useOverview } from './search.ts'

export function LogsPage() {
  const { search, columns, set, setColumns, addTag, dropTag, setRange } = useLogSearch()
  const { service, trace, tags } = search
  useSeen('logs', service || null, service ? `the logs of ${service}` : 'the logs')
  const found = useFoundLines(search)
  const overview = useOverview(search)
  // Rendered with low priority: input comes first.
  const pages = useDeferredValue(found.data?.pages)
  const lines = useMemo(() => joined(pages?.map(({ logs }) => logs) ?? []), [pages])
  return (
    <>
      <div className="heading">
        <h1>Logs</h1>
        <RangePicker />
      </div>
      <Filters search={search} onChange={set} />
      <FieldTags trace={trace} tags={tags} onDropTrace={() => set('trace', '')} onDropTag={dropTag} />
      {overview.data && (
        <LogOverviewPanel
          overview={overview.data}
          from={overview.data.from}
          to={overview.data.to}
          service={service}
          onService={(name) => set('service', name)}
          onWords={(words) => set('text', words)}
          onZoom={setRange}
        />
      )}
      {found.error ? <Problem error={found.error} /> : !found.data ? <Loading what="logs" /> : null}
      {pages &&
        (lines.length === 0 ? (
          <Empty>No line matches. Widen the time range, or remove a filter.</Empty>
        ) : (
          <>
            <LogTable lines={lines} columns={columns} onColumns={setColumns} onField={addTag} />
            {found.hasNextPage && (
              <p className="buttons">
                <button disabled={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
                  {found.isFetchingNextPage ? 'Loading older lines…' : `Load ${pageOf.toLocaleString()} older lines`}
                </button>
                <span className="quiet">{lines.length.toLocaleString()} lines are shown.</span>
              </p>
            )}
          </>
        ))}
    </>
  )
}
