import { expect, test } from 'vitest'
import { POLICIES, RECIPES, SCAFFOLD_NAMES, stepsOf } from './recipe'

test.each(Object.values(RECIPES).map((preset) => [preset.id, preset] as const))('%s: every stage takes from stages before it, and the table is whole', (_, preset) => {
  const before = new Set<string>()
  for (const stage of preset.stages) {
    const needs = [stage.from, 'curriculum' in stage ? stage.curriculum : null, 'summariser' in stage ? stage.summariser : null, 'assistant' in stage ? stage.assistant : null]
    for (const need of needs) if (need !== null) expect(before).toContain(need)
    expect(before).not.toContain(stage.id)
    before.add(stage.id)
  }
  const cells = preset.stages.flatMap((stage) => (stage.kind === 'evaluate' ? [`${stage.from} ${stage.scaffold}`] : []))
  expect(cells).toEqual(POLICIES.flatMap((policy) => SCAFFOLD_NAMES.map((scaffold) => `${policy} ${scaffold}`)))
  expect(preset.stages.filter((stage) => stepsOf(stage) > 0).map((stage) => stage.id)).toEqual(['base', 'sft', 'assistant', 'rl', 'rc-rl'])
})
