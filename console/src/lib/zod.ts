import { z } from 'zod'

// Zod compiles its parsers with `new Function`, and finds out whether it may by trying: our content security policy says no, loudly.
// Imported before everything that makes a schema.
z.config({ jitless: true })
