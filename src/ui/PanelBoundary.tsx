/** Catches what a panel throws while it renders, says so in its place, and can try again. */
import type { ReactNode } from 'react'
import { ErrorBoundary, type FallbackProps } from 'react-error-boundary'
import { fail } from '../base/result'
import { ErrorCard } from './ErrorCard'
import { forgetFailedLoads } from './lazyAgain'

function Fallback({ error, resetErrorBoundary }: FallbackProps) {
  const what = error instanceof Error && error.message ? error.message : String(error)
  return (
    <ErrorCard
      failure={fail('panel', what, { where: 'This panel', next: 'Try again; if it fails the same way, reload the page. Stored data is untouched.' })}
      onRetry={resetErrorBoundary}
      retryLabel="Try again"
    />
  )
}

export function PanelBoundary({ children, resetKeys }: { readonly children?: ReactNode; readonly resetKeys?: unknown[] }) {
  return (
    <ErrorBoundary FallbackComponent={Fallback} onReset={forgetFailedLoads} resetKeys={resetKeys}>
      {children}
    </ErrorBoundary>
  )
}
