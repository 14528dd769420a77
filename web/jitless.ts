import { z } from 'zod'

// Compiled parsers need `new Function`, which the page's security policy forbids. Set before any schema is created, because
// the first one would try it otherwise.
z.config({ jitless: true })
