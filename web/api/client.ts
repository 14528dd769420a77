import { openClient } from '../../src/client/open-client.ts'

/** The server this page came from. The session cookie opens it; the page never holds the token. */
export const client = openClient({ url: window.location.origin, token: null })
