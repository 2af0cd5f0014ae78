import type { Preset } from '../../posttrain/presets'
import type { DeviceState } from '../../../workers/engine/protocol'
import { Badge } from '../../ui/Badge'
import { bytes } from '../../ui/bytes'
import { formatCount, preflight } from './preflight'
import styles from './Trainer.module.css'

/** What the run will need and what it will run on. */
export function PreflightLine({ preset, device }: { preset: Preset; device: DeviceState | null }) {
  const needs = preflight(preset)
  return (
    <dl className={styles.preflight} data-preflight>
      <div>
        <dt>Parameters</dt>
        <dd>{formatCount(needs.parameters)}</dd>
      </div>
      <div>
        <dt>Memory, estimated</dt>
        <dd>{bytes(needs.memoryBytes)}</dd>
      </div>
      <div>
        <dt>Checkpoint</dt>
        <dd>{bytes(needs.checkpointBytes)}</dd>
      </div>
      <div>
        <dt>Steps</dt>
        <dd>
          {needs.sftSteps} SFT + {needs.grpoSteps} GRPO × {needs.rollouts} rollouts
        </dd>
      </div>
      <div>
        <dt>Runs on</dt>
        <dd>{device === null ? 'opening the device…' : device.kind === 'lost' ? `no device: ${device.reason}` : <Backend device={device.report} />}</dd>
      </div>
    </dl>
  )
}

function Backend({ device }: { device: Extract<DeviceState, { kind: 'ready' }>['report'] }) {
  if (device.backend === 'webgpu') return <>WebGPU, {device.adapter || 'unnamed adapter'}</>
  return (
    <>
      CPU (wasm) <Badge tone="warn">slow</Badge>
    </>
  )
}
