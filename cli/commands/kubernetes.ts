import path from 'node:path'
import { Command } from 'commander'
import { projectRoot } from '../../control/paths.ts'
import { generatedCommand } from '../generated.ts'

export function kubernetesCommand(): Command {
  return new Command('kubernetes').addCommand(
    generatedCommand({
      name: 'manifests',
      description: 'write deploy/kubernetes from the topology',
      typed: 'firedrill kubernetes manifests',
      folder: path.join(projectRoot, 'deploy', 'kubernetes'),
      pattern: '**/*.yaml',
      files: async () => (await import('../../range/targets/kubernetes/deploy.ts')).generatedManifests(projectRoot),
    }),
  )
}
