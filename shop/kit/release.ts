/** The behaviour of the configured version; a service asked for a version that it does not have says so and ends. */
export function releaseFor<Behaviour>(releases: Record<string, Behaviour>, version: string): Behaviour {
  const behaviour = releases[version]
  if (behaviour === undefined) {
    process.stderr.write(`${JSON.stringify({ level: 'fatal', message: `there is no release ${version}` })}\n`)
    process.exit(78)
  }
  return behaviour
}
