/** The shell of the render worker: it only ever sees text, and may be ended at any time. */
import { exposeAlive } from '../alive'
import { rendered } from './pipeline'
import type { RenderApi } from './protocol'

exposeAlive({
  ready: async () => true as const,
  render: async (text, isInline) => rendered(text, isInline),
} satisfies RenderApi)
