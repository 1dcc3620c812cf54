import type { Check } from '../../model/check.ts'
import { shopComponentNames } from '../../model/components.ts'

/** Every component of the shop answers over a new connection. */
export const componentsReady: Check = {
  id: 'components-ready',
  title: 'Components are ready',
  felt: false,
  judge(samples) {
    const shop = (samples.at(-1)?.components ?? []).filter((component) =>
      (shopComponentNames as readonly string[]).includes(component.name),
    )
    const failing = shop.filter((component) => !component.healthy)
    if (shop.length === 0) return { ok: false, detail: 'nothing is known of the components yet' }
    return {
      ok: failing.length === 0,
      detail: failing.map((component) => `${component.name}: ${component.detail ?? component.state}`).join('; ') || 'all are',
    }
  },
}
