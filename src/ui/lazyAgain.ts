/** Lazy components whose download can be tried again. */
import { createElement, lazy, type ComponentType, type FunctionComponent, type LazyExoticComponent } from 'react'

/** Renewals of the downloads that failed since the last retry. */
const failed = new Set<() => void>()

/**
 * Like React's `lazy`, which by itself repeats a failed download's error until the page is reloaded.
 * The failure stands until `forgetFailedLoads`: renewed at once, it would be asked for again in every render, for ever.
 */
export function lazyAgain<Props extends object>(load: () => Promise<{ default: ComponentType<Props> }>): FunctionComponent<Props> {
  const fresh = () =>
    lazy(() =>
      load().catch((error: unknown) => {
        failed.add(renew)
        throw error
      }),
    )
  const renew = () => void (current = fresh())
  let current: LazyExoticComponent<ComponentType<Props>> = fresh()
  return function LazyAgain(props: Props) {
    return createElement(current as ComponentType<Props>, props)
  }
}

/** Lets the next render ask again for what did not arrive. Called when an error boundary is reset. */
export function forgetFailedLoads(): void {
  for (const renew of failed) renew()
  failed.clear()
}
