import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import type { SetURLSearchParams } from 'react-router'
import type { LogLine } from '../../../../model/telemetry.ts'
import { api } from '../../lib/api.ts'
import { changeParams, putParams, useParamsOfPage } from '../../lib/params.ts'
import { bounds, useTimeRange, type TimeRange } from '../../lib/time.ts'

/** The search; empty fields do not restrict it. */
export interface LogSearch {
  text: string
  service: string
  severity: string
  /** 32 hexadecimal digits. */
  trace: string
  /** Each as `name=value`. */
  tags: string[]
  range: TimeRange
  /** Whether new lines appear as they arrive. */
  tail: boolean
}

/** Number of lines per request. */
export const pageOf = 2_000

/** The search in the address, and how to change it. */
export function useLogSearch() {
  const [params, setParams] = useParamsOfPage()
  const [range, setRange] = useTimeRange()
  const value = (name: string) => params.get(name) ?? ''
  const search: LogSearch = {
    text: value('text'),
    service: value('service'),
    severity: value('severity'),
    trace: /^[0-9a-f]{32}$/.test(value('trace')) ? value('trace') : '',
    tags: params.getAll('tag').filter((tag) => /^[^=]+=/.test(tag)),
    range,
    tail: value('tail') !== 'off' && 'last' in range,
  }
  const inColumns = value('columns')
  return {
    search,
    columns: useMemo(() => inColumns.split(',').filter((name) => name !== ''), [inColumns]),
    setRange,
    ...useChanges(setParams),
  }
}

/** How the search is changed. All functions are stable while the page is open. */
function useChanges(setParams: SetURLSearchParams) {
  const set = useCallback((name: string, next: string) => putParams(setParams, { [name]: next }, { replace: true }), [setParams])
  const setColumns = useCallback((next: string[]) => set('columns', next.join(',')), [set])
  const changeTags = useCallback(
    (change: (tags: string[]) => string[]) =>
      changeParams(setParams, (now) => {
        const next = change(now.getAll('tag'))
        now.delete('tag')
        for (const tag of next) now.append('tag', tag)
      }),
    [setParams],
  )
  const addTag = useCallback((key: string, value: string) => changeTags((tags) => [...new Set([...tags, `${key}=${value}`])]), [changeTags])
  const dropTag = useCallback((tag: string) => changeTags((tags) => tags.filter((other) => other !== tag)), [changeTags])
  return { set, setColumns, addTag, dropTag }
}

const queryOf = ({ text, service, severity, trace, tags }: LogSearch, limit: number, { from, to }: { from: number; to: number }) => {
  const asked = new URLSearchParams({ from: String(from), to: String(to), limit: String(limit) })
  if (text) asked.set('text', text)
  if (service) asked.set('service', service)
  if (severity) asked.set('minSeverity', severity)
  if (trace) asked.set('traceId', trace)
  for (const tag of tags) asked.append('tag', tag)
  return asked
}

const keyOf = ({ text, service, severity, trace, tags, range }: LogSearch) => [text, service, severity, trace, tags, range]

/** The matching lines, newest first, page by page. */
export const useFoundLines = (search: LogSearch) =>
  useInfiniteQuery({
    queryKey: ['logs', ...keyOf(search)],
    // The list must not move while somebody reads older lines.
    refetchInterval: ({ state }) => (search.tail && (state.data?.pages.length ?? 1) === 1 ? 2_000 : false),
    placeholderData: (before) => before,
    // Thousands of lines, nearly all of them new: a comparison with the previous ones takes time, and finds nothing.
    structuralSharing: false,
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }: { pageParam: number | null }): Promise<{ logs: LogLine[] }> => {
      const { from, to } = bounds(search.range)
      return api.get('/api/telemetry/logs', { query: queryOf(search, pageOf, { from, to: pageParam ?? to }) })
    },
    getNextPageParam: ({ logs }: { logs: LogLine[] }): number | null => (logs.length < pageOf ? null : (logs.at(-1)?.timeMs ?? null)),
  })

/** Counts of the matching lines, with the bounds that were requested. */
export const useOverview = (search: LogSearch) =>
  useQuery({
    queryKey: ['log-overview', ...keyOf(search)],
    refetchInterval: search.tail ? 5_000 : false,
    placeholderData: (before) => before,
    queryFn: async () => {
      const asked = bounds(search.range)
      return { ...(await api.get('/api/telemetry/logs/overview', { query: queryOf(search, 1, asked) })), ...asked }
    },
  })
