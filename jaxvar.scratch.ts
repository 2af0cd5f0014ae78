// @ts-nocheck
import { openNodeGpu } from './src/engine/node'
import { workload } from './bench/engine/workload'
import { openJax } from './jaxPeerVar.scratch'
const proto = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()))
for (const name of ['map','filter','some','every','find','reduce','forEach','flatMap']) if (!(name in proto)) Object.defineProperty(proto, name, { value(...a) { return [...this][name](...a) }, configurable: true, writable: true })
if (!('toArray' in proto)) Object.defineProperty(proto, 'toArray', { value(){return [...this]} })
const opened = await openNodeGpu()
Object.defineProperty(navigator,'userAgent',{value:'Node'}); Object.defineProperty(navigator, 'hardwareConcurrency', {value:2})
const [L,d,T,B]=(process.argv[2]??'2,64,64,8').split(',').map(Number)
const w = workload(L,d,T,B)
for (const o of [{io:1},{io:1,manual:1},{io:1},{io:1,manual:1}]) {
  try { const c = await openJax(w,o); const ts=[]; let l
  for (let i=0;i<14;i++){const c0=process.cpuUsage();const t=performance.now(); l=await c.step(); const u=process.cpuUsage(c0); ts.push([performance.now()-t,(u.user+u.system)/1e3])}
  const m=ts.slice(2); console.log(JSON.stringify(o), 'loss', l.toFixed(5), 'wall min', Math.min(...m.map(x=>x[0])).toFixed(0), 'cpu min', Math.min(...m.map(x=>x[1])).toFixed(0)); c.dispose() } catch(e) { console.log(JSON.stringify(o), String(e).slice(0,200)) }
}
process.exit(0)
