/** The first import of a thread that parses only a policy or two: zod would compile each schema at its first use, which takes longer than both. */
import { z } from 'zod'

z.config({ jitless: true })
