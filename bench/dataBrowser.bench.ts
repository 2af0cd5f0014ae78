/** What the dataset workbench costs the page itself, taken in Chromium from the built lab: a long proof, a large dataset. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, isStale } from '../scripts/freshBuild'
import { report } from './artifact'
import { browserFigures } from './data/browser'

if (isStale() && !build()) throw new Error('the lab could not be built')
const folder = mkdtempSync(join(tmpdir(), 'lab-browser-'))
try {
  const { figures, version } = await browserFigures(folder)
  report('dataBrowser', figures, null, version)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
