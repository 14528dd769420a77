/**
 * Harmless faults of old or foreign programs in commits and trees, which the hosts of git repositories pass on: they are in
 * the history of real projects, and cannot be repaired without changing it. The names are git's (`git help fsck`).
 * Everything else that git checks is refused, above all what could write outside a clone or run a program.
 */
const harmless = [
  'zeroPaddedFilemode',
  'badDate',
  'badDateOverflow',
  'badEmail',
  'badName',
  'badTimezone',
  'missingEmail',
  'missingNameBeforeEmail',
  'missingSpaceBeforeDate',
  'missingSpaceBeforeEmail',
  'zeroPaddedDate',
]

/** The faults as settings of a fetch or a clone. */
export const toleratedFaults: readonly string[] = harmless.map((fault) => `fetch.fsck.${fault}=ignore`)

/** The faults as the flag with which `git index-pack` checks a pack. */
export const strictFlag = `--strict=${harmless.map((fault) => `${fault}=ignore`).join(',')}`
