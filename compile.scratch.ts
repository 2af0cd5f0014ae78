import { openNodeGpu } from './src/engine/node'
import { GpuContext } from './src/engine/gpu/context'
import { FusedModel } from './src/engine/fused/fusedModel'
import { LEARNING_RATE, sequencesOf, SETTINGS, workload } from './bench/engine/workload'
const opened = await openNodeGpu()
const w = workload(2,64,64,8); const seqs=sequencesOf(w)
for (const q of [false,true]) { const gpu=new GpuContext(opened.device,true); if(!q) (gpu as any).hasQuads=false
const c0=process.cpuUsage(), t=performance.now()
const model = FusedModel.create(gpu, w.config, { parameters: w.parameters })
await model.step(seqs,{kind:'crossEntropy'},LEARNING_RATE,SETTINGS)
const c=process.cpuUsage(c0); console.log('first step quads',q,'cpu',((c.user+c.system)/1e6).toFixed(2),'s wall',((performance.now()-t)/1e3).toFixed(2))
let best=1e9,bw=1e9; for(let i=0;i<8;i++){const c0=process.cpuUsage(),t=performance.now();await model.step(seqs,{kind:'crossEntropy'},LEARNING_RATE,SETTINGS);const c=process.cpuUsage(c0);best=Math.min(best,(c.user+c.system)/1e3);bw=Math.min(bw,performance.now()-t)}
console.log('  step cpu',best.toFixed(0),'wall min',bw.toFixed(0)) }
process.exit(0)
