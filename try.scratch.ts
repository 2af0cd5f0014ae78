import { openNodeGpu } from './src/engine/node'
import { gpuContext } from './src/engine/openModel'
import { workload } from './bench/engine/workload'
import { openFused, openReference } from './bench/engine/ours'
import { openTfjs } from './bench/engine/tfjsPeer'
import { openJax } from './bench/engine/jaxPeer'

{ const proto = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as any
for (const name of ['map','filter','some','every','find','reduce','forEach','flatMap'] as const) if (!(name in proto)) Object.defineProperty(proto, name, { value(this: any, ...a: any[]) { return ([...this] as any)[name](...a) }, configurable: true, writable: true })
if (!('toArray' in proto)) Object.defineProperty(proto, 'toArray', { value(this:any){return [...this]} }) }
const opened = await openNodeGpu()
Object.defineProperty(navigator,'userAgent',{value:'Node'}); Object.defineProperty(navigator, 'hardwareConcurrency', {value:2})
const [L,d,T,B]=(process.argv[2]??'2,64,64,8').split(',').map(Number) as [number,number,number,number]
const w = workload(L,d,T,B)
const which = (process.argv[3] ?? 'ours,jax,tfjs').split(',')
const all = []
if (which.includes('ours')) all.push(openFused(gpuContext(opened), w))
if (which.includes('jax')) all.push(await openJax(w))
if (which.includes('tfjs')) all.push(openTfjs(w))
if (which.includes('ref')) all.push(openReference(w))
const times = all.map(()=>[] as number[])
for (let i=0;i<8;i++) for (let j=0;j<all.length;j++) { const t=performance.now(); const l=await all[j]!.step(); times[j]!.push(performance.now()-t); console.log(i, all[j]!.name, l.toFixed(5), (performance.now()-t).toFixed(0)) }
all.forEach((c,j)=>console.log(c.name, 'median', times[j]!.slice(2).sort((a,b)=>a-b)[3]!.toFixed(1)))
console.log(opened.takeErrors())
process.exit(0)
