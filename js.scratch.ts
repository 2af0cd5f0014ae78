import { openNodeGpu } from './src/engine/node'
import { gpuContext } from './src/engine/openModel'
import { FusedModel } from './src/engine/fused/fusedModel'
import { LEARNING_RATE, sequencesOf, SETTINGS, workload } from './bench/engine/workload'
import { pack } from './src/posttrain/packing'
import { tokenSpans } from './src/engine/kernels/embedding'
const opened = await openNodeGpu(); const gpu=gpuContext(opened); const dev=gpu.device
const w = workload(2,64,64,8); const seqs=sequencesOf(w)
const model = FusedModel.create(gpu, w.config, { parameters: w.parameters })
await model.step(seqs,{kind:'crossEntropy'},LEARNING_RATE,SETTINGS)
const wrap=(o:any,n:string,acc:any)=>{const f=o[n]; o[n]=function(...a:any[]){const t=performance.now();const r=f.apply(o,a);acc[n]=(acc[n]??0)+performance.now()-t;return r}}
const acc:any={}; wrap(dev.queue,'writeBuffer',acc); wrap(dev.queue,'submit',acc)
const ce=dev.createCommandEncoder.bind(dev); (dev as any).createCommandEncoder=(...a:any[])=>{const e:any=ce(...a); wrap(e,'finish',acc); const bp=e.beginComputePass.bind(e); e.beginComputePass=(...a:any[])=>{acc.t0=performance.now();const p=bp(...a);const end=p.end.bind(p);p.end=()=>{const r=end();acc.encode=(acc.encode??0)+performance.now()-acc.t0;return r};return p};return e}
const rows:any[]=[]
for(let i=0;i<20;i++){ for(const k of Object.keys(acc)) delete acc[k]; const t=performance.now(); await model.submit(seqs,{kind:'crossEntropy'},LEARNING_RATE,SETTINGS); const total=performance.now()-t; rows.push({total,...acc}); await dev.queue.onSubmittedWorkDone() }
for(const k of ['total','writeBuffer','encode','finish','submit']) console.log(k, rows.map(r=>r[k]).sort((a,b)=>a-b).filter((_,i)=>i===0||i===10||i===19).map(x=>x.toFixed(2)).join(' '))
let t=performance.now(); for(let i=0;i<50;i++) pack(seqs,2048); console.log('pack',((performance.now()-t)/50).toFixed(3)); const b=pack(seqs,2048)[0]!
t=performance.now(); for(let i=0;i<50;i++) tokenSpans(b.ids); console.log('spans',((performance.now()-t)/50).toFixed(3))
process.exit(0)
