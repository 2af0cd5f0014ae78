/** Row-wise kernels: a row belongs to one invocation on a software adapter and to several lanes of a workgroup on a GPU. */
import { flatGroups, GROUP } from '../gpu/kernel'
import type { Groups } from '../gpu/plan'

/** Lanes that share a row: a power of two up to the workgroup. 1 needs no barrier. */
export type Lanes = 1 | 2 | 4 | 8 | 16 | 32 | 64

/** As many lanes as a row of `columns` feeds on a GPU; one where barriers cost more than they save. */
export function lanesFor(isSoftware: boolean, columns: number): Lanes {
  if (isSoftware) return columns > 4096 ? 16 : 1
  return columns <= 16 ? 4 : columns <= 64 ? 16 : columns <= 128 ? 32 : 64
}

export function rowGroups(rows: number, lanes: Lanes): Groups {
  return flatGroups(rows * lanes)
}

/**
 * Entry point over rows. In `body`, `row` is the row, `part` the lane's place in it, `isRow` false past the last row: a body
 * guards its reads with it and never returns early, since the barriers of `fold` want all lanes.
 */
export function rowMain(lanes: Lanes, rows: string, body: string): string {
  return `${lanes > 1 ? `var<workgroup> folded: array<f32, ${GROUP}>;\nvar<workgroup> foldedIndex: array<u32, ${GROUP}>;` : ''}
@compute @workgroup_size(${GROUP}) fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (workgroup.y * workgroups.x + workgroup.x) * ${GROUP / lanes}u + lane / ${lanes}u;
  let part = lane % ${lanes}u;
  let isRow = row < (${rows});
${body}
}`
}

/** Statements that leave in `name` (a declared f32) its fold over the row's lanes, in one fixed order. */
export function fold(lanes: Lanes, name: string, operation: 'sum' | 'max' = 'sum'): string {
  if (lanes === 1) return ''
  const combined = operation === 'sum' ? 'folded[lane] + folded[lane + width]' : 'max(folded[lane], folded[lane + width])'
  return `folded[lane] = ${name};
  workgroupBarrier();
  for (var width = ${lanes / 2}u; width > 0u; width = width / 2u) {
    if (part < width) { folded[lane] = ${combined}; }
    workgroupBarrier();
  }
  ${name} = folded[lane - part];
  workgroupBarrier();`
}

/** Statements that leave the largest `value` of the row's lanes and its `index`; the smaller index wins a tie. */
export function foldLargest(lanes: Lanes, value: string, index: string): string {
  if (lanes === 1) return ''
  return `folded[lane] = ${value}; foldedIndex[lane] = ${index};
  workgroupBarrier();
  for (var width = ${lanes / 2}u; width > 0u; width = width / 2u) {
    if (part < width) {
      let other = folded[lane + width];
      if (other > folded[lane] || (other == folded[lane] && foldedIndex[lane + width] < foldedIndex[lane])) {
        folded[lane] = other; foldedIndex[lane] = foldedIndex[lane + width];
      }
    }
    workgroupBarrier();
  }
  ${value} = folded[lane - part]; ${index} = foldedIndex[lane - part];
  workgroupBarrier();`
}
