import { openClient } from '../../src/client/open-client.ts'

/** The client of the server this page came from. It authenticates with the session cookie; the page never holds the token. */
export const client = openClient({ url: window.location.origin, token: null })
