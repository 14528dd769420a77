/**
 * Faults of old or foreign programs in commits and trees that harm nobody, and that the hosts of git repositories pass on:
 * they are in the history of real projects, and cannot be mended without changing it. git's names for them
 * (`git help fsck`). Everything else that git checks is refused, above all what could write outside of a clone or run something.
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

/** As settings of a fetch or a clone. */
export const toleratedFaults: readonly string[] = harmless.map((fault) => `fetch.fsck.${fault}=ignore`)

/** As the flag with which `git index-pack` checks a pack. */
export const strictFlag = `--strict=${harmless.map((fault) => `${fault}=ignore`).join(',')}`
