import jsxA11y from 'eslint-plugin-jsx-a11y'
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

/** Ways in which text from a file could become markup, or code. */
const noMarkupFromText = [
  { selector: "MemberExpression[property.name=/^(innerHTML|outerHTML)$/]", message: 'Use text, React elements, or sanitised TrustedHTML in MathText.' },
  { selector: "CallExpression[callee.property.name=/^(insertAdjacentHTML|write|writeln)$/][callee.object.name='document']", message: 'Use text or React elements.' },
  { selector: "NewExpression[callee.name='Function']", message: 'Text never runs.' },
]
const noWholeFile = [
  { selector: "CallExpression[callee.property.name=/^(text|arrayBuffer)$/][callee.object.name=/[fF]ile$/]", message: 'A whole file in memory ends the tab at some size: read it in slices, in src/storage.' },
]
const noWorldInCore = [
  { selector: "MemberExpression[object.name='Math'][property.name='random']", message: 'The core is seeded: take a generator from src/base/random.ts.' },
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: 'The core has no clock: take the time as an argument.' },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'The core has no clock: take the time as an argument.' },
  { selector: "MemberExpression[object.name='performance'][property.name='now']", message: 'The core has no clock: take the time as an argument.' },
]

const DRAG = ['onDragEnter', 'onDragOver', 'onDragLeave', 'onDrop']

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'runs/', 'test-results/', 'playwright-report/', 'shared/'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }],
      'no-restricted-syntax': ['error', ...noMarkupFromText, ...noWholeFile],
      'no-eval': 'error',
      'no-implied-eval': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  { files: ['src/{features,routes,state,ui}/**/*.{ts,tsx}'], plugins: { 'react-hooks': reactHooks }, rules: reactHooks.configs.recommended.rules },
  {
    files: ['src/**/*.tsx'],
    plugins: { ...jsxA11y.flatConfigs.recommended.plugins },
    languageOptions: { ...jsxA11y.flatConfigs.recommended.languageOptions },
    rules: {
      ...jsxA11y.flatConfigs.recommended.rules,
      // A region that scrolls must be reachable by keyboard; the first focus of a dialog must be set.
      'jsx-a11y/no-noninteractive-tabindex': ['error', { tags: [], roles: ['tabpanel', 'region', 'group'], allowExpressionValues: true }],
      'jsx-a11y/no-autofocus': 'off',
      // Arrow keys inside a table of cells are heard once, at the table; a file may be dropped on a whole section or on the
      // label of a file input, which do the same by keyboard.
      'jsx-a11y/no-noninteractive-element-interactions': ['error', { table: ['onKeyDown'], tbody: ['onKeyDown'], section: DRAG, label: DRAG }],
      // `role="list"` gives lists without bullets their meaning back in Safari.
      'jsx-a11y/no-redundant-roles': ['error', { ul: ['list'], ol: ['list'] }],
    },
  },
  { files: ['src/storage/**'], rules: { 'no-restricted-syntax': ['error', ...noMarkupFromText] } },
  { files: ['src/{base,proofs,posttrain,audit}/**'], rules: { 'no-restricted-syntax': ['error', ...noMarkupFromText, ...noWholeFile, ...noWorldInCore] } },
  { files: ['**/*.test.{ts,tsx}', 'e2e/**', 'scripts/**', 'bench/**'], rules: { 'no-restricted-syntax': 'off' } },
)
