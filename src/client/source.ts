/** How a source is told from a path, for those who see the server only through this client. */
export { isAddress } from '../contract/source.ts'
