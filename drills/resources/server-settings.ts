import { resetServerSettings, serverSettings, type ServerSetting } from '../server-settings.ts'
import { defineResource, listed } from './resource.ts'

export const databaseServer = defineResource<ServerSetting[]>({
  id: 'database-server',
  title: "settings of the database's server",
  after: ['datastores'],
  read: (range) => serverSettings(range),
  differs: (found) => listed(found.map(({ name, value }) => `${name} = ${value}`)),
  restore: (range) => resetServerSettings(range),
})
