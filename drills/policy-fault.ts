import { isDeepStrictEqual } from 'node:util'
import type { Document } from 'yaml'
import { z } from 'zod'
import type { Range } from '../model/range.ts'
import { documentsOf } from '../model/yaml/read.ts'
import { editable, platformTeam, policyHash, textOf } from './mesh-policy.ts'

interface Undo {
  before: string
  /** The policy after the injection; undo records of earlier versions lack it. */
  injected?: string
}

interface PolicyFault<Params> {
  plan(context: { range: Range }, params: Params): Promise<Undo>
  inject(context: { range: Range }, params: Params, undo: Undo): Promise<void>
  revert(context: { range: Range }, undo: Undo): Promise<void>
  observe(context: { range: Range }, params: Params): Promise<unknown>
}

/** A fault that is a mistake in the policy. Its own changes are reverted, and those of others since are kept. */
export const policyFault = <Params>(change: (yaml: string, params: Params) => string): PolicyFault<Params> => ({
  async plan({ range }, params) {
    const before = await range.mesh.policy()
    return { before, injected: change(before, params) }
  },
  inject: async ({ range }, params, { before }) => void (await range.mesh.apply(change(before, params), platformTeam)),
  async revert({ range }, { before, injected = '' }) {
    const now = await range.mesh.policy()
    const next = injected === '' ? before : takeBack(now, { before, injected })
    if (next === now) return
    try {
      await range.mesh.apply(next, platformTeam)
    } catch (error) {
      // The rest of somebody else's edit is invalid by itself; the fault is reverted all the same.
      if (next === before) throw error
      await range.mesh.apply(before, platformTeam)
    }
  },
  observe: async ({ range }) => policyHash(await range.mesh.policy()),
})

/** The current policy without the changes from `before` to `injected`, where those still exist. */
export function takeBack(now: string, { before, injected }: { before: string; injected: string }): string {
  if (now === injected) return before
  const was = byName(before)
  const made = byName(injected)
  const left = documentsOf(now).filter((document) => {
    const added = !was.has(nameOf(document))
    return !(added && isDeepStrictEqual(document.toJS(), made.get(nameOf(document))?.toJS()))
  })
  let isChanged = left.length !== documentsOf(now).length
  const documents = left.map((document) => {
    const edited = editable(document)
    const old = was.get(nameOf(document))
    for (const { path, from, to } of changesOf(old?.toJS(), made.get(nameOf(document))?.toJS())) {
      if (!isObject(valueAt(edited, path.slice(0, -1))) || !isDeepStrictEqual(valueAt(edited, path), to)) continue
      if (from === undefined) edited.deleteIn(path)
      // The original text, with its comments.
      else edited.setIn(path, old?.getIn(path, true))
      isChanged = true
    }
    return edited
  })
  return isChanged ? textOf(documents) : now
}

const named = z.object({ kind: z.string(), metadata: z.object({ name: z.string() }) })

function nameOf(document: Document): string {
  const read = named.safeParse(document.toJS())
  return read.success ? `${read.data.kind} ${read.data.metadata.name}` : ''
}

const byName = (yaml: string): Map<string, Document> => new Map(documentsOf(yaml).map((document) => [nameOf(document), editable(document)]))

const valueAt = (document: Document, path: readonly PropertyKey[]): unknown => {
  let value: unknown = document.toJS()
  for (const key of path) value = isObject(value) ? value[key] : undefined
  return value
}

const isObject = (value: unknown): value is Record<PropertyKey, unknown> => typeof value === 'object' && value !== null

interface Change {
  path: (string | number)[]
  /** `undefined` for a missing value. */
  from: unknown
  to: unknown
}

/** Where two values differ, as deep as both have the same structure. */
function changesOf(from: unknown, to: unknown, path: Change['path'] = []): Change[] {
  if (isDeepStrictEqual(from, to)) return []
  if (Array.isArray(from) && Array.isArray(to) && from.length === to.length)
    return from.flatMap((item: unknown, index) => changesOf(item, to[index], [...path, index]))
  if (isObject(from) && isObject(to) && !Array.isArray(from) && !Array.isArray(to))
    return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((key) => changesOf(from[key], to[key], [...path, key]))
  // In a new document, it is unknown which part makes the fault.
  return path.length === 0 ? [] : [{ path, from, to }]
}
