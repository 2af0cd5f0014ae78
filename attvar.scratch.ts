import { openNodeGpu } from './src/engine/node'
import { GpuContext } from './src/engine/gpu/context'
import { Plan } from './src/engine/gpu/plan'
import { kernel, stepNumbers } from './src/engine/gpu/kernel'
import { attentionBackwardKeys, attention, attentionBackwardQueries } from './src/engine/kernels/attention'
const opened = await openNodeGpu(); const gpu=new GpuContext(opened.device,true)
const H=4,Hk=2,d=16,B=8,T=64,rows=B*T
const rand=(n:number)=>new Float32Array(n).map(()=>Math.random()-.5)
const first=Uint32Array.from({length:rows},(_,i)=>i-i%T), end=Uint32Array.from({length:rows},(_,i)=>i-i%T+T)
const bufs:any={q:gpu.upload('q',rand(rows*H*d)),kv:gpu.upload('kv',rand(rows*2*Hk*d)),first:gpu.upload('f',first),end:gpu.upload('e',end),o:gpu.upload('o',rand(rows*H*d)),dO:gpu.upload('dO',rand(rows*H*d)),lse:gpu.upload('l',rand(rows*H).map(x=>x+4)),delta:gpu.upload('dl',rand(rows*H)),dkv:gpu.buffer('dkv',rows*2*Hk*d*4),dq:gpu.buffer('dq',rows*H*d*4)}
const S={heads:H,kvHeads:Hk,headDim:d}
const list:[string,any][]=[]
const patched=(k:any,f:(c:string)=>string)=>({...k,kernel:{...k.kernel,code:f(k.kernel.code)}})
for(const inQuads of [false,true]){ const k=attentionBackwardKeys({...S,inQuads}); list.push([`keys ${inQuads?'quads':'alone'}`,k]) }
const k=attentionBackwardKeys({...S,inQuads:true})
list.push(['keys quads no exp',patched(k,c=>c.replace(/exp\(/g,'abs('))])
list.push(['keys quads no lse/delta',patched(k,c=>c.replace(/lse\[query\]/g,'0.1').replace(/delta\[query\]/g,'0.2'))])
list.push(['keys quads loads once',patched(k,c=>c.replace(/query \* 4u/g,'head * 4u'))])
list.push(['keys quads no accum',patched(k,c=>c.replace(/b\d \+= p \* g\d;/g,''))])
list.push(['keys quads no head loop',patched(k,c=>c.replace(/for \(var query = [^;]*;[^;]*; query\+\+\) \{/,'{ let query = n * 4u + head * 2u;'))])
for(const inQuads of [false,true]){ list.push([`fwd ${inQuads?'quads':'alone'}`,attention({...S,inQuads})]); list.push([`queries ${inQuads?'quads':'alone'}`,attentionBackwardQueries({...S,inQuads})]) }
const runs=[]
for(const [name,k] of list){ const plan=new Plan(gpu,name); plan.add({...k,buffers:bufs}); await plan.close(); const step=stepNumbers({rows}); plan.set(step)
 const go=async(n:number)=>{const e=gpu.device.createCommandEncoder();const p=e.beginComputePass();for(let i=0;i<n;i++)plan.encode(p,step);p.end();gpu.device.queue.submit([e.finish()]);await gpu.device.queue.onSubmittedWorkDone()}
 await go(1); runs.push({name,go,best:1e9}) }
for(let q=0;q<4;q++) for(const r of runs){const c0=process.cpuUsage();await r.go(8);const c=process.cpuUsage(c0);r.best=Math.min(r.best,(c.user+c.system)/1e3/8)}
const its=B*T*(T+1)/2*H/4
for(const r of runs) console.log(r.name.padEnd(28),r.best.toFixed(2),'ms cpu', (r.best*2.6e6/its).toFixed(0),'cycles per quad-iteration')
console.log(opened.takeErrors()); process.exit(0)
