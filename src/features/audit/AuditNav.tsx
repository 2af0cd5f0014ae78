/** Where one is among the analyses: groups, and the views of the open group. Links, so that each view has an address. */
import { VIEW_GROUPS } from '../../audit/views/catalogue'
import { viewText, type View } from '../../ui/viewSearch'
import { pickPatch } from './auditView'
import styles from './AuditNav.module.css'

/** The address of a view: table and query stay, what was open below is closed. A plain address, since the router's own
 *  links take a view for open when its search merely begins alike. */
function addressOf(view: string, current: View): string {
  return `#/judges${viewText({ ...current, ...pickPatch(null), view: view === 'matrix' ? undefined : view })}`
}

export function AuditNav({ open, url }: { readonly open: string; readonly url: View }) {
  const group = VIEW_GROUPS.find((g) => g.views.some((v) => v.id === open))!
  return (
    <nav aria-label="Analyses" className={styles.nav}>
      <ul role="list" className={styles.groups}>
        {VIEW_GROUPS.map((g) => (
          <li key={g.label}>
            <a href={addressOf(g.views[0]!.id, url)} className={styles.group} aria-current={g === group ? 'true' : undefined}>{g.label}</a>
          </li>
        ))}
      </ul>
      {group.views.length > 1 ? (
        <ul role="list" className={styles.views}>
          {group.views.map((v) => (
            <li key={v.id}>
              <a href={addressOf(v.id, url)} className={styles.view} aria-current={v.id === open ? 'page' : undefined}>{v.label}</a>
            </li>
          ))}
        </ul>
      ) : null}
    </nav>
  )
}
