import { openNodeGpu } from './src/engine/node'
import { GpuContext } from './src/engine/gpu/context'
import { FusedModel } from './src/engine/fused/fusedModel'
import { initialParameters } from './src/engine/model/parameters'
import { ADAMW_DEFAULTS } from './src/engine/optimiser/adamw'
import { neverStop } from './src/base/stop'
const [L,d,T,B,V] = (process.argv[3] ?? '2,64,64,8,64').split(',').map(Number) as [number,number,number,number,number]
const opened = await openNodeGpu()
const gpu = new GpuContext(opened.device, process.argv[2] !== 'hard')
const config = { vocab_size: V, hidden_size: d, intermediate_size: 2*d, num_hidden_layers: L, num_attention_heads: 4, num_key_value_heads: 2, head_dim: d/4, rope_theta: 10000, rms_norm_eps: 1e-6, tie_word_embeddings: true }
const model = FusedModel.create(gpu, config, { parameters: initialParameters(config, 1) })
const seqs = Array.from({length:B},(_,b)=>{const c=Array.from({length:T},(_,t)=>(t*7+b*13)%V);return{prompt:[1],completion:c,weights:c.map(()=>1/(B*T)),advantage:null,behaviour:null,reference:null}})
const S = {...ADAMW_DEFAULTS, weightDecay:.01, clipNorm:1}
await model.step(seqs,{kind:'crossEntropy'},1e-3,S)
const ts:number[]=[], js:number[]=[]
for(let i=0;i<9;i++){const t=performance.now(); await model.submit(seqs,{kind:'crossEntropy'},1e-3,S); js.push(performance.now()-t); await opened.device.queue.onSubmittedWorkDone(); ts.push(performance.now()-t)}
ts.sort((a,b)=>a-b); js.sort((a,b)=>a-b)
console.log('train step ms', ts[4]!.toFixed(1), 'js', js[4]!.toFixed(2), 'dispatches', model.dispatches.train)
for (const G of [1,16,64]) {
  const prompts = Array.from({length:G},()=>[1,2,3,4,5,6,7,8])
  await model.sample(prompts,{temperature:1,maxNewTokens:32,seed:1,eos:0xffffffff,pad:0},neverStop,async()=>{})
  const t=performance.now(); await model.sample(prompts,{temperature:1,maxNewTokens:32,seed:1,eos:0xffffffff,pad:0},neverStop,async()=>{}); const dt=performance.now()-t
  console.log('sample G',G,'ms',dt.toFixed(1),'tok/s',(G*32/dt*1000).toFixed(0))
}
if (process.argv[4]==='prof') {
  // per-dispatch profile by repeating each dispatch
  const tr=(model as any).trainer; const gp=(tr as any).plans
  for (const name of ['gradient','update']) { const plan=gp[name]; const step={rows:B*T,trained:B*T,distinct:V,slot:0,accumulate:0} as any
   const by=new Map<string,[number,number]>()
   for (let i=0;i<plan.bound.length;i++){ const bd=plan.bound[i]; const g=typeof bd.groups==='function'?bd.groups(step):bd.groups; const run=async()=>{const e=opened.device.createCommandEncoder();const p=e.beginComputePass();p.setPipeline(bd.pipeline);p.setBindGroup(0,bd.group);for(let r=0;r<5;r++)p.dispatchWorkgroups(g[0],g[1],g[2]);p.end();opened.device.queue.submit([e.finish()]);await opened.device.queue.onSubmittedWorkDone()}
    await run(); let ms=1e9; for(let q=0;q<4;q++){const t=performance.now(); await run(); ms=Math.min(ms,(performance.now()-t)/5)} const l=plan.dispatches[i].kernel.label; const o=by.get(l)??[0,0]; by.set(l,[o[0]+ms,o[1]+1]) }
   for(const [l,[ms,n]] of [...by].sort((a,b)=>b[1][0]-a[1][0])) console.log(name,l.padEnd(36),n,ms.toFixed(2)) }
}
process.exit(0)
