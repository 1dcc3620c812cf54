import type { CoachConfig } from '../config.ts'
import { anthropic } from './anthropic.ts'
import { local } from './local.ts'
import { openaiCompatible } from './openai-compatible.ts'
import type { CoachModel, CoachProvider } from './provider.ts'

const providers = { 'openai-compatible': openaiCompatible, anthropic, local } satisfies {
  [Name in CoachConfig['provider']]: CoachProvider<Name>
}
export const coachProviders = Object.values(providers)

export function openModel(config: CoachConfig): CoachModel {
  // The table has one provider for each kind of config.
  return (providers[config.provider] as CoachProvider).open(config)
}
