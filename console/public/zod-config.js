// Zod compiles its parsers with `new Function`, and finds out whether it may by trying: our content security policy says no, loudly.
// It reads this when its first module is evaluated, which may be before the entry of the console is; so it is a script of its own.
globalThis.__zod_globalConfig = { jitless: true }
