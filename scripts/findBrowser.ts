/** A Chromium for the browser tests, and the software Vulkan driver it brings for the kernel tests. */
import { execFileSync, spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { chromium } from '@playwright/test'

export interface FoundBrowser {
  readonly path: string
  /** Folder with `vk_swiftshader_icd.json` and `libvulkan.so.1`; null where Dawn needs none (macOS, Windows). */
  readonly vulkanFolder: string | null
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge']
const FIXED = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
]
/** Where distributions keep the browser that a script in the PATH starts. */
const FOLDERS = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/usr/lib64/chromium-browser', '/opt/google/chrome', '/opt/microsoft/msedge']

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Every browser that is there, the named ones first. */
function candidates(): string[] {
  const { CHROME_PATH, LAB_CHROMIUM, PATH = '' } = process.env
  const inPath = NAMES.flatMap((name) => PATH.split(delimiter).map((folder) => join(folder, name)))
  return [LAB_CHROMIUM, CHROME_PATH, ...inPath, ...FIXED, chromium.executablePath()].filter(
    (path): path is string => Boolean(path) && isExecutable(path ?? ''),
  )
}

/** It starts: a file that is there may still lack its libraries, or be a stub that only points to a package. */
function starts(path: string): boolean {
  if (process.platform === 'win32') return true // chrome.exe prints no version
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 20_000 })
  return status === 0 && /chrom|edge/i.test(stdout)
}

function vulkanFolderOf(path: string): string | null {
  for (const folder of [dirname(realpathSync(path)), ...FOLDERS])
    if (existsSync(join(folder, 'vk_swiftshader_icd.json')) && existsSync(join(folder, 'libvulkan.so.1'))) return folder
  return null
}

function usable(): FoundBrowser | null {
  for (const path of candidates()) {
    if (!starts(path)) continue
    const vulkanFolder = vulkanFolderOf(path)
    if (vulkanFolder || process.platform !== 'linux') return { path, vulkanFolder }
  }
  return null
}

/** Runs an installer, its output shown. False when it failed or is not there. */
function install(command: string, args: readonly string[]): boolean {
  process.stdout.write(`No browser found; trying: ${command} ${args.join(' ')}\n`)
  try {
    execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeout: 600_000 })
    return true
  } catch {
    return false
  }
}

/**
 * @returns a browser that is there; else Playwright's own, installed now; else Debian's, when we are root
 * @throws one sentence that says what to do
 */
export function findBrowser(): FoundBrowser {
  const there = usable()
  if (there) return there
  const isRoot = process.getuid?.() === 0
  const playwright = join('node_modules', '@playwright', 'test', 'cli.js')
  if (install(process.execPath, [playwright, 'install', '--no-shell', 'chromium'])) {
    const own = usable()
    if (own) return own
    // Downloaded, but it does not start: a bare system lacks its libraries.
    if (isRoot && install(process.execPath, [playwright, 'install-deps', 'chromium'])) {
      const complete = usable()
      if (complete) return complete
    }
  }
  if (isRoot && process.platform === 'linux' && install('apt-get', ['update']) && install('apt-get', ['install', '-y', 'chromium'])) {
    const debian = usable()
    if (debian) return debian
  }
  throw new Error('No Chromium could be found or installed: install Chrome or Chromium 113 or newer, set CHROME_PATH to its binary, and run this again.')
}

/** What Dawn in Node needs to find the browser's software adapter. */
export function vulkanEnvironment({ vulkanFolder }: FoundBrowser): Record<string, string> {
  if (!vulkanFolder) return {}
  const libraries = [vulkanFolder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter)
  return { VK_ICD_FILENAMES: join(vulkanFolder, 'vk_swiftshader_icd.json'), LD_LIBRARY_PATH: libraries }
}
