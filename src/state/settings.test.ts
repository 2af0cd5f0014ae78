import { expect, test } from 'vitest'
import { createSettingsStore, nextTheme, storedBudget, storedTheme, type SettingsStorage } from './settings'

function memoryStorage(initial: string | null = null): SettingsStorage & { value: string | null } {
  return { value: initial, getItem() { return this.value }, setItem(_key, value) { this.value = value } }
}

test('the theme goes round: system, light, dark', () => {
  expect([nextTheme('system'), nextTheme('light'), nextTheme('dark')]).toEqual(['light', 'dark', 'system'])
})

test('a choice is there again after a reload', () => {
  const storage = memoryStorage()
  createSettingsStore(storage).getState().setTheme('dark')
  expect(createSettingsStore(storage).getState().theme).toBe('dark')
})

test.each([null, '', 'not json', '7', '{}', '{"theme":"purple"}', '{"theme":null}'])('%s in storage reads as the system theme', (text) => {
  expect(storedTheme(memoryStorage(text))).toBe('system')
})

test('a browser that refuses storage keeps the choice for the tab', () => {
  const refusing: SettingsStorage = { getItem: () => { throw new Error('denied') }, setItem: () => { throw new Error('denied') } }
  for (const storage of [refusing, null]) {
    const store = createSettingsStore(storage)
    store.getState().setTheme('light')
    expect(store.getState().theme).toBe('light')
  }
})

test('the memory budget is kept beside the theme; nonsense in storage reads as 4 GB', () => {
  const storage = memoryStorage()
  createSettingsStore(storage).getState().setTheme('dark')
  createSettingsStore(storage).getState().setMemoryBudgetGb(12.5)
  expect(createSettingsStore(storage).getState()).toMatchObject({ theme: 'dark', memoryBudgetGb: 12.5 })
  for (const text of [null, '', '{"memoryBudgetGb":"8"}', '{"memoryBudgetGb":-1}', '{"memoryBudgetGb":1e9}', '{"memoryBudgetGb":null}']) expect(storedBudget(memoryStorage(text))).toBe(4)
})
