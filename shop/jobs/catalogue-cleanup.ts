/**
 * Deletes or changes products and stock in the database, like a person with administrator rights who tidies up: once, or repeatedly. The database
 * logs its statements.
 */
import pg from 'pg'

const categories = (process.env['CATEGORIES'] ?? '').split(',').filter((name) => /^[a-z]+$/.test(name))
const everySeconds = Number(process.env['EVERY_SECONDS'] ?? 0)
const cents = Number(process.env['CENTS'] ?? 0)
const inCategories = categories.length > 0 ? ` where category in (${categories.map((name) => `'${name}'`).join(', ')})` : ''
const ofCategories = categories.length > 0 ? ` where sku in (select sku from catalog.products${inCategories})` : ''

const statements: Record<string, string> = {
  'delete-stock': `delete from inventory.stock${ofCategories}`,
  'delete-products': `delete from catalog.products${inCategories}`,
  'set-prices': `update catalog.products set price_cents = ${cents}${inCategories}`,
  'empty-stock': `insert into inventory.stock (sku, warehouse, available) select sku, warehouse, 0 from catalog.products, unnest(array['ams', 'ber', 'lis', 'mad', 'osl', 'par', 'rom', 'vie']) warehouse${inCategories} on conflict do nothing`,
}
const statement = statements[process.env['CHANGE'] ?? '']
if (statement === undefined) throw new Error(`CHANGE must be one of ${Object.keys(statements).join(', ')}`)

const client = new pg.Client({
  connectionString: process.env['DATABASE_URL'],
  application_name: process.env['JOB_NAME'] ?? 'catalogue-cleanup',
  options: '-c log_statement=mod',
})
client.on('error', () => process.exit(1))
process.once('SIGTERM', () => process.exit(0))

await client.connect()
do {
  await client.query(statement)
  await new Promise((resolve) => setTimeout(resolve, everySeconds * 1_000))
} while (everySeconds > 0)
await client.end()
