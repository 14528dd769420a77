/** Distinguishes a source's address from a path, for rooms that see the server only through this client. */
export { isAddress } from '../contract/source.ts'
