/** Features that not every range has: they depend on where the shop runs. */
export const rangeFeatures = [
  'mesh',
  'mesh-instances',
  'canary',
  'edge-reset',
  'cache-proxy',
  'certificates',
  'descriptors',
  'shared-cpu',
  'backups',
  'replica',
  'volumes',
  'clocks',
  'flags',
  'cluster',
] as const

export type RangeFeature = (typeof rangeFeatures)[number]

/** Each with words that can follow "no". */
const featureNames: Readonly<Record<RangeFeature, string>> = {
  mesh: 'service mesh',
  'mesh-instances': 'mesh faults for one instance of a proxy',
  canary: 'canary releases',
  'edge-reset': 'connection resets in the mesh',
  'cache-proxy': 'proxy in front of Redis',
  certificates: 'certificates issued by Firedrill',
  descriptors: 'limits on file descriptors',
  'shared-cpu': 'CPU that all components share',
  backups: 'backups of the database',
  replica: 'replica of the database',
  volumes: 'volumes that can be mounted',
  clocks: 'services with a clock of their own (libfaketime)',
  flags: 'feature flags',
  cluster: 'cluster',
}

/** The features that a range lacks, in words that can follow "the range has": `no service mesh and no cluster`. */
export const featuresInWords = (lacked: readonly RangeFeature[]): string =>
  lacked.map((feature) => `no ${featureNames[feature]}`).join(' and ')
