import { serviceNames, withoutProxy } from '../../../model/components.ts'

/** A service has the same colour on every page, and a proxy that of its service. */
const fixed: readonly string[] = [...serviceNames, 'locust', 'postgres']

export function serviceColour(service: string): string {
  const name = withoutProxy(service)
  const known = fixed.indexOf(name)
  const index = known >= 0 ? known : [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 8
  return `var(--series-${index + 1})`
}
