import { test } from './support'
import { wholeRun } from './wholeRun'

test.describe.configure({ timeout: 900_000 })

test('a whole run on the wasm backend', ({ page }) => wholeRun(page, 'wasm'))
