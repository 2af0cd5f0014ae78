import { openNodeGpu } from './src/engine/node'
import { gpuContext } from './src/engine/openModel'
import { FusedModel } from './src/engine/fused/fusedModel'
import { LEARNING_RATE, SETTINGS, workload } from './bench/engine/workload'
import { neverStop } from './src/base/stop'
import { Random } from './src/base/random'
const opened = await openNodeGpu(); const gpu=gpuContext(opened)
const w = workload(1,32,16,4); const model = FusedModel.create(gpu, w.config, { parameters: w.parameters })
const random=Random.seed(11)
const heap=async()=>{for(let i=0;i<4;i++){(globalThis as any).gc();await new Promise(r=>setTimeout(r,50))} const m=process.memoryUsage(); return m}
for(let round=0;round<8;round++){ for(let g=0;g<40;g++){ for(let s=0;s<5;s++){ const seqs=Array.from({length:4},()=>{const length=1+random.below(24);return{prompt:[1,2],completion:Array.from({length},()=>random.below(64)),weights:new Float32Array(length).fill(.01),advantage:null,behaviour:null,reference:null}}); await model.step(seqs,{kind:'crossEntropy'},LEARNING_RATE,SETTINGS) }
  if(process.argv[2]!=='train') await model.sample(Array.from({length:1+random.below(8)},()=>[1,2,3]),{temperature:1,maxNewTokens:1+random.below(8),seed:g,eos:0,pad:0},neverStop,()=>Promise.resolve()) }
 const m=await heap(); console.log(round,'heap',(m.heapUsed/1024).toFixed(0),'ext',(m.external/1024).toFixed(0),'ab',(m.arrayBuffers/1024).toFixed(0),'rss MB',(m.rss/1e6).toFixed(1),'gpu',gpu.bytes) }
process.exit(0)
