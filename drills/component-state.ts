import type { ComponentName } from '../model/components.ts'
import type { Range } from '../model/range.ts'

/** State of one component, as the range reports it. */
export async function stateOf(range: Range, name: ComponentName): Promise<string> {
  return (await range.status({ readiness: false })).find((component) => component.name === name)?.state ?? 'stopped'
}
