/** Models: the presets, the stored checkpoints, and a bench to try one. */
import { useEffect } from 'react'
import { PRESETS } from '../../posttrain/presets'
import { parameterCount } from '../../posttrain/modelConfig'
import { useRuns } from '../../state/runs'
import { Empty } from '../../ui/Empty'
import { Panel } from '../../ui/Panel'
import { useView } from '../../ui/useView'
import { CheckpointTable } from './CheckpointTable'
import { TryIt } from './TryIt'
import styles from './Models.module.css'

const count = new Intl.NumberFormat('en')

export default function ModelsPlace() {
  const [view, setView] = useView()
  const runs = useRuns((s) => s.runs)
  const isLoaded = useRuns((s) => s.isLoaded)
  useEffect(() => void useRuns.getState().load(), [])

  const records = Object.values(runs)
    .map((r) => r.record)
    .filter((r) => r.checkpointStep > 0)
    .sort((a, b) => b.updatedAt - a.updatedAt)
  const chosen = records.find((r) => r.id === view.model) ?? records[0]
  return (
    <div className={styles.place}>
      <Panel title="Checkpoints" note="Weights and optimiser state of a run's last stored step, as one safetensors file.">
        {records.length > 0 ? (
          <CheckpointTable records={records} chosen={chosen?.id ?? null} onChoose={(model) => setView({ model })} />
        ) : (
          isLoaded && <Empty title="No checkpoints yet" next="A run under Train stores one every few steps." />
        )}
      </Panel>
      {chosen && <TryIt key={chosen.id} record={chosen} />}
      <Panel title="Presets" note="Decoder-only transformers of the Qwen3 family, trained from random weights on a word-level vocabulary.">
        {/* Scrolls sideways on a narrow screen, so it must be reachable by keyboard. */}
        { }
        <div className={styles.scroll} tabIndex={0} role="region" aria-label="Presets, table">
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">Preset</th>
                <th scope="col" className={styles.number}>
                  Parameters
                </th>
                <th scope="col" className={styles.number}>
                  Layers × width
                </th>
                <th scope="col" className={styles.number}>
                  SFT steps
                </th>
                <th scope="col" className={styles.number}>
                  GRPO steps
                </th>
                <th scope="col" className={styles.number}>
                  Rollouts a step
                </th>
                <th scope="col">Needs</th>
                <th scope="col">What it is for</th>
              </tr>
            </thead>
            <tbody>
              {Object.values(PRESETS).map((p) => (
                <tr key={p.id}>
                  <th scope="row">{p.label}</th>
                  <td className={styles.number}>{count.format(parameterCount(p.model))}</td>
                  <td className={styles.number}>
                    {p.model.num_hidden_layers} × {p.model.hidden_size}
                  </td>
                  <td className={styles.number}>{count.format(p.sft.steps)}</td>
                  <td className={styles.number}>{count.format(p.grpo.steps)}</td>
                  <td className={styles.number}>
                    {p.grpo.groups} × {p.grpo.groupSize}
                  </td>
                  <td>{p.needs === 'webgpu' ? 'WebGPU' : 'WebGPU, or wasm (slow)'}</td>
                  <td className={styles.description}>{p.description}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Panel>
    </div>
  )
}
