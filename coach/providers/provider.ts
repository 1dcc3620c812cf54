import type { LanguageModel } from 'ai'
import type { CoachConfig } from '../config.ts'

export type ModelOf = Extract<LanguageModel, object>

/** A model that is ready to be asked. */
export interface CoachModel extends Disposable {
  model: ModelOf
  /** Whether it can call tools. */
  tools: boolean
  /** Small models get a shorter input, and only reword it. */
  small: boolean
}

export interface CoachProvider<Name extends CoachConfig['provider'] = CoachConfig['provider']> {
  id: Name
  open(config: Extract<CoachConfig, { provider: Name }>): CoachModel
}
