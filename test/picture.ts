/** The picture in ARCHITECTURE.md, from the topology. `node test/picture.ts` updates it there. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { paperContext } from '../control/replay/paper-context.ts'
import { usualUsers } from '../model/range.ts'
import type { Component } from '../range/component.ts'
import { components, topology } from '../range/topology.ts'

const root = path.resolve(import.meta.dirname, '..')
const context = paperContext(root, root, usualUsers)

const groups: Partial<Record<Component['role'], string>> = {
  load: 'Load',
  service: 'The shop’s services',
  datastore: 'Its data stores',
  observability: 'Observability',
  control: 'Control',
}

const id = (name: string): string => name.replaceAll('-', '_')
const withProxy = new Set(components.flatMap(({ role, calls }) => (role === 'mesh' ? calls : [])))
const membersOf = (role: string) => components.filter((component) => component.role === role)

/** Names of components with a property: a group if all of it has it, otherwise its members. */
const whoever = (is: (component: Component) => boolean): string[] =>
  Object.keys(groups).flatMap((role) => {
    const found = membersOf(role).filter(is)
    return found.length > 1 && found.length === membersOf(role).length ? [`${role}_group`] : found.map(({ name }) => id(name))
  })

const sendsSpans = (component: Component) => component.role !== 'mesh' && 'OTEL_EXPORTER_OTLP_ENDPOINT' in component.process(context).env
const isScraped = ({ name, metrics }: Component) => metrics !== undefined && name !== topology.prometheus.name

/** Mermaid: each component with its callees, the targets of Prometheus, and the senders of spans. */
const picture = (): string =>
  [
    'flowchart TB',
    ...Object.entries(groups).flatMap(([role, title]) => [
      `  subgraph ${role}_group ["${title}"]`,
      ...membersOf(role).map(({ name, title: own }) => `    ${id(name)}["${own}${withProxy.has(name) ? '<br>+ Envoy' : ''}"]`),
      '  end',
    ]),
    ...components
      .filter(({ role, calls }) => role !== 'mesh' && calls.length > 0)
      .map(({ name, calls }) => `  ${id(name)} --> ${calls.map(id).join(' & ')}`),
    `  ${id(topology.prometheus.name)} -.-> ${whoever(isScraped).join(' & ')}`,
    `  ${whoever(sendsSpans).join(' & ')} ==> ${id(topology['telemetry-store'].name)}`,
  ].join('\n')

/** A document with its picture replaced. */
export const withPicture = (document: string): string =>
  document.replace(/^```mermaid\n[^]*?^```$/m, () => `\`\`\`mermaid\n${picture()}\n\`\`\``)

if (import.meta.main) {
  const file = path.join(root, 'ARCHITECTURE.md')
  writeFileSync(file, withPicture(readFileSync(file, 'utf8')))
}
