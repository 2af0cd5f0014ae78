/** The sizes that the lab trains from scratch. */
import { parameterCount } from '../../posttrain/modelConfig'
import { PRESETS } from '../../posttrain/presets'
import { Panel } from '../../ui/Panel'
import styles from './Models.module.css'

const count = new Intl.NumberFormat('en')

export function PresetsPanel() {
  return (
    <Panel title="Presets" note="Decoder-only transformers of the Qwen3 family, trained from random weights on a word-level vocabulary.">
      {/* Scrolls sideways on a narrow screen, so it must be reachable by keyboard. */}
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
  )
}
