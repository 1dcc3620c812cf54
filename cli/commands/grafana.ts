import path from 'node:path'
import { projectRoot } from '../../control/paths.ts'
import { generatedCommand } from '../generated.ts'

export const grafanaCommand = () =>
  generatedCommand({
    name: 'grafana',
    typed: 'firedrill grafana',
    folder: path.join(projectRoot, 'deploy', 'grafana'),
    pattern: '{dashboards,provisioning}/**/*.{json,yaml}',
    async files() {
      const [{ grafanaFiles }, { dashboardTemplates }] = await Promise.all([
        import('../../observability/grafana/provisioning.ts'),
        import('../../observability/dashboards/registry.ts'),
      ])
      return grafanaFiles(dashboardTemplates)
    },
  })
