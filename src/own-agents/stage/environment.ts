/** Removes the location of the agent's compile cache from the environment of the programs that it runs. */
export function forgetCompileCache(): void {
  delete process.env['NODE_COMPILE_CACHE']
}

/** Returns the directory of reports of this workspace, if Slipway sets one that is not the usual one. */
export function reportsOf(): { readonly reports?: string } {
  const reports = process.env['SLIPWAY_REPORTS_DIR']
  return reports === undefined ? {} : { reports }
}
