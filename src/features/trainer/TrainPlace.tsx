import type { ComponentType } from 'react'

export default function TrainPlace(_props: { readonly monitor: ComponentType<{ readonly runId: string }> }) {
  return null
}
