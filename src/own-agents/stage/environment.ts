/** Forgets where the agent's own compiled code is, which is nothing for the programs that it runs. */
export function forgetCompileCache(): void {
  delete process.env['NODE_COMPILE_CACHE']
}

/** The directory of reports of this workspace, where Slipway says that it is not the usual one. */
export function reportsOf(): { readonly reports?: string } {
  const reports = process.env['SLIPWAY_REPORTS_DIR']
  return reports === undefined ? {} : { reports }
}
