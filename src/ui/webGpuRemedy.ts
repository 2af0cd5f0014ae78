/** What to tell a researcher whose browser has no WebGPU, by cause. */
import type { DeviceReport } from '../../workers/engine/protocol'

export type MissingCause = NonNullable<DeviceReport['missing']>

export interface Remedy {
  readonly browser: string
  readonly steps: string
}

/** False on plain http from another machine: browsers hide WebGPU there, whatever their version. */
export function isSecure(): boolean {
  return globalThis.isSecureContext ?? true
}

/** The cause in one sentence. */
export function whatIsMissing(missing: MissingCause, secure: boolean): string {
  if (!secure) return 'This page was not opened over https or from localhost, and browsers offer WebGPU only there.'
  switch (missing) {
    case 'noApi':
      return 'This browser has no WebGPU: navigator.gpu is absent.'
    case 'noAdapter':
      return 'This browser has WebGPU, but it found no graphics adapter it may use (the adapter is null).'
    case 'noDevice':
      return 'There is a graphics adapter, but it refused to open a device.'
  }
}

/** Steps by browser. Without a secure context there is one step, the same for all. */
export function remedies(missing: MissingCause, secure: boolean): readonly Remedy[] {
  if (!secure) return [{ browser: 'Every browser', steps: 'open the lab over https, or at http://localhost on the machine that serves it.' }]
  if (missing === 'noDevice')
    return [
      { browser: 'First', steps: 'close other tabs that use the GPU, then reload this page.' },
      { browser: 'Then', steps: 'update the graphics driver and restart the browser.' },
    ]
  return [
    {
      browser: 'Chrome, Edge',
      steps: 'version 113 or newer; turn on “Use graphics acceleration when available” in Settings → System. On Linux, or for a blocked driver, set chrome://flags/#enable-unsafe-webgpu and restart.',
    },
    { browser: 'Firefox', steps: 'version 141 or newer on Windows, 145 on macOS; elsewhere set dom.webgpu.enabled in about:config.' },
    { browser: 'Safari', steps: 'version 26 or newer; before that, Develop → Feature Flags → WebGPU.' },
  ]
}
