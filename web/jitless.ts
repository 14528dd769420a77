import { z } from 'zod'

// Compiled parsers need `new Function`, which the page's security policy forbids. Said before any schema is made: the
// first one would try it all the same.
z.config({ jitless: true })
