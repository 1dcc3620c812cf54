/** The behaviour of the configured version; a service with an unknown version says so and exits. */
export function releaseFor<Behaviour>(releases: Record<string, Behaviour>, version: string): Behaviour {
  const behaviour = releases[version]
  if (behaviour === undefined) {
    process.stderr.write(`${JSON.stringify({ level: 'fatal', message: `there is no release ${version}` })}\n`)
    process.exit(78)
  }
  return behaviour
}
