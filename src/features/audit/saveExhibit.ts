/** One exhibit as files: drawing, picture, numbers, caption. */
import type { Exhibit } from '../../audit/exhibit'
import { captionText, exhibitCsv, fileStem } from '../../audit/exhibitText'
import { sceneOf } from '../../audit/figures/layout'
import { svgText } from '../../audit/figures/svg'
import { exportable } from '../../audit/useFlags'
import { saveFile } from '../../ui/saveFile'
import type { AuditTable } from '../../../workers/stats/protocol'

/** Print width of an exported figure, in CSS pixels; the picture has twice as many. */
const WIDTH = 900
const PNG_SCALE = 2

export type ExhibitFile = 'svg' | 'png' | 'csv' | 'caption'

/** @param flags use flags of the table: numbers over too few proofs are withheld where rows may not leave */
export async function saveExhibit(shown: Exhibit, as: ExhibitFile, { name: tableName, flags }: Pick<AuditTable, 'name' | 'flags'>): Promise<void> {
  const exhibit = exportable(shown, flags)
  if (exhibit === null || (exhibit.figure === null && (as === 'svg' || as === 'png'))) throw new Error('The terms of this table keep single proofs in this browser.')
  const name = fileStem(tableName.replace(/\.\w+$/, ''), exhibit.id)
  switch (as) {
    case 'csv': return saveFile(exhibitCsv(exhibit), `${name}.csv`, 'text/csv;charset=utf-8')
    case 'caption': return saveFile(captionText(exhibit), `${name}.txt`)
    case 'svg': return saveFile(svgOf(exhibit), `${name}.svg`, 'image/svg+xml')
    case 'png': return saveFile(await pngOf(svgOf(exhibit)), `${name}.png`, 'image/png')
  }
}

function svgOf(exhibit: Exhibit): string {
  if (!exhibit.figure) throw new Error('this exhibit has no figure')
  return svgText(sceneOf(exhibit.figure, WIDTH), exhibit.title)
}

async function pngOf(svg: string): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  try {
    const image = new Image()
    image.src = url
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = image.width * PNG_SCALE
    canvas.height = image.height * PNG_SCALE
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height)
    return await new Promise<Blob>((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the browser made no picture'))), 'image/png'))
  } finally {
    URL.revokeObjectURL(url)
  }
}
