/** Models: pretrained ones from disk, loaded and asked; the checkpoints of own runs, tried and exported; the presets. */
import { useEffect } from 'react'
import { isModel, useModels } from '../../state/models'
import { useRuns } from '../../state/runs'
import { Empty } from '../../ui/Empty'
import { Panel } from '../../ui/Panel'
import { useView } from '../../ui/useView'
import { BenchPanel } from './BenchPanel'
import { CheckpointTable } from './CheckpointTable'
import { LibraryPanel } from './LibraryPanel'
import { LoadPanel } from './LoadPanel'
import { PresetsPanel } from './PresetsPanel'
import { ScaffoldPanel } from './ScaffoldPanel'
import { TryIt } from './TryIt'
import styles from './Models.module.css'

export default function ModelsPlace() {
  const [view, setView] = useView()
  const runs = useRuns((s) => s.runs)
  const isLoaded = useRuns((s) => s.isLoaded)
  const models = useModels((s) => s.models)
  const loaded = useModels((s) => s.loaded)
  useEffect(() => {
    void useRuns.getState().load()
    void useModels.getState().load()
    void useModels.getState().refreshLoaded()
  }, [])

  const records = Object.values(runs)
    .map((r) => r.record)
    .filter((r) => r.checkpointStep > 0)
    .sort((a, b) => b.updatedAt - a.updatedAt)
  const run = records.find((r) => r.id === view.run) ?? records[0]
  const model = models.filter(isModel).find((m) => m.id === (view.model ?? loaded?.modelId))
  return (
    <div className={styles.place}>
      <LibraryPanel chosen={model?.id ?? null} onChoose={(id) => setView({ model: id ?? undefined })} />
      {model && <LoadPanel key={model.id} record={model} />}
      {model && loaded?.modelId === model.id && <BenchPanel key={`${model.id}:${loaded.context}`} record={model} loaded={loaded} />}
      <ScaffoldPanel />
      <Panel title="Checkpoints" note="Weights and optimiser state of a run's last stored step, as one safetensors file; or as a model folder that transformers loads.">
        {records.length > 0 ? (
          <CheckpointTable records={records} chosen={run?.id ?? null} onChoose={(id) => setView({ run: id })} />
        ) : (
          isLoaded && <Empty title="No checkpoints yet" next="A run under Train stores one every few steps." />
        )}
      </Panel>
      {run && <TryIt key={run.id} record={run} />}
      <PresetsPanel />
    </div>
  )
}
