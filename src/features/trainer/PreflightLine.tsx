import type { Preset } from '../../posttrain/presets'
import type { DeviceState } from '../../../workers/engine/protocol'
import { Badge } from '../../ui/Badge'
import { bytes } from '../../ui/bytes'
import type { RecipePreset } from '../../posttrain/recipe'
import { totalSteps } from '../../posttrain/recipePlace'
import { formatCount, preflight, recipePreflight } from './preflight'
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
      <RunsOn device={device} />
    </dl>
  )
}

/** The same for a whole recipe. */
export function RecipePreflightLine({ preset, device }: { preset: RecipePreset; device: DeviceState | null }) {
  const needs = recipePreflight(preset)
  const trained = preset.stages.filter((stage) => stage.kind !== 'evaluate').length
  const { train, heldOut } = preset.data
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
        <dt>Checkpoint of a stage</dt>
        <dd>{bytes(needs.checkpointBytes)}</dd>
      </div>
      <div>
        <dt>Stages</dt>
        <dd>
          {trained}, {formatCount(totalSteps(preset))} steps, then {preset.stages.length - trained} cells of a table
        </dd>
      </div>
      <div>
        <dt>Problems, generated from the seed</dt>
        <dd>
          {formatCount(train)} to train on, {formatCount(heldOut)} held out
        </dd>
      </div>
      <RunsOn device={device} />
    </dl>
  )
}

function RunsOn({ device }: { device: DeviceState | null }) {
  return (
    <div>
      <dt>Runs on</dt>
      <dd>{device === null ? 'opening the device…' : device.kind === 'lost' ? `no device: ${device.reason}` : <Backend device={device.report} />}</dd>
    </div>
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
