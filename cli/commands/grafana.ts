import path from 'node:path'
import { projectRoot } from '../../control/wiring.ts'
import { generatedCommand } from '../generated.ts'

export const grafanaCommand = () =>
  generatedCommand({
    name: 'grafana',
    description: 'write deploy/grafana, dashboards and data sources, from those of the console',
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
