/** Rows of an embedding in any format, whose vocabulary may lie in several buffers. */
import { flatGroups, flatMain, kernel } from '../gpu/kernel'
import type { WeightFormat } from '../inference/weightFormat'
import { SLOT_WORDS, type StepKind } from './cacheFormat'
import { matrixCode } from './quantFormat'
import type { Sized } from './rmsNorm'

/**
 * x[row] = table[token of the row], for the tokens `op.a` … `op.a` + op.b − 1 that this buffer holds; other rows are left
 * alone, for the dispatch of the buffer that holds them. 'chunk' takes token n of `ids`, 'decode' the last token of slot
 * `slots[n]` in `ids` [slots, op.c].   x [rows, columns], columns a multiple of 4.
 */
export function quantEmbedding({ format, columns, kind }: { readonly format: WeightFormat; readonly columns: number; readonly kind: StepKind }): Sized {
  const matrix = matrixCode(format, columns)
  const quads = matrix.chunkInputs / 4
  const width = columns / 4
  const token = kind === 'chunk' ? 'ids[row]' : `ids[slots[row] * op.c + state[slots[row] * ${SLOT_WORDS}u + 3u] - 1u]`
  const body = `
  let row = index / ${width}u; let quad = index % ${width}u;
  if (row >= step.rows) { return; }
  let token = ${token};
  if (token < op.a || token >= op.a + op.b) { return; }
  let chunk = w[(token - op.a) * ${matrix.chunks}u + quad / ${quads}u];
  let piece = quad % ${quads}u / ${matrix.pieceQuads}u;
  let opened = ${matrix.pieceQuads === 1 ? matrix.open('chunk', 'piece', 0) : `select(${matrix.open('chunk', 'piece', 0)}, ${matrix.open('chunk', 'piece', 1)}, (quad & 1u) == 1u)`};
  x[index] = opened${matrix.hasScales ? ` * scaleAt(token - op.a, quad / ${quads}u)` : ''};`
  return {
    kernel: kernel(
      `${format} embedding ${kind}`,
      { ...matrix.storage, ids: 'read u32', ...(kind === 'decode' ? { slots: 'read u32' as const, state: 'read u32' as const } : {}), x: 'write vec4f' },
      [matrix.functions, flatMain(body)].join('\n'),
    ),
    groups: (step) => flatGroups(step.rows * width),
  }
}
