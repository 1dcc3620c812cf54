import type { CharacterId } from '../../model/people.ts'
import type { Character } from './character.ts'
import { chiefExecutive } from './chief-executive.ts'
import { customer } from './customer.ts'
import { databaseColleague } from './database-colleague.ts'
import { headOfSales } from './head-of-sales.ts'
import { nextShift } from './next-shift.ts'
import { previousShift } from './previous-shift.ts'
import { providerEngineer } from './provider-engineer.ts'
import { securityOfficer } from './security-officer.ts'
import { supportLead } from './support-lead.ts'

export const characters: Record<CharacterId, Character> = {
  'support-lead': supportLead,
  'head-of-sales': headOfSales,
  'chief-executive': chiefExecutive,
  'provider-engineer': providerEngineer,
  'database-colleague': databaseColleague,
  'previous-shift': previousShift,
  'next-shift': nextShift,
  'security-officer': securityOfficer,
  customer,
}
