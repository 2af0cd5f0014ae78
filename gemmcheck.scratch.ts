// quads vs alone: same bits on awkward shapes; and speed
import { openNodeGpu } from './src/engine/node'
import { GpuContext } from './src/engine/gpu/context'
import { Plan } from './src/engine/gpu/plan'
import { stepNumbers } from './src/engine/gpu/kernel'
import { gatedLinear, linear, linearBackward, linearWeightGradient } from './src/engine/kernels/gemm'
const opened = await openNodeGpu(); const gpu=new GpuContext(opened.device,true)
console.log('quads', gpu.hasQuads)
const rand=(n:number)=>new Float32Array(n).map(()=>Math.random()-.5)
const pools:Record<string,Float32Array>={}
async function run(d:any,sizes:Record<string,number>,out:string,rows:number,op:number[],time=0){
  const buffers=Object.fromEntries(Object.entries(sizes).map(([k,n])=>[k,gpu.upload(k,k===out?new Float32Array(n).fill(7):(pools[k+n]??=rand(n)))]))
  const plan=new Plan(gpu,'x'); plan.add({...d,buffers,op}); await plan.close(); const step=stepNumbers({rows,trained:rows}); plan.set(step)
  const go=async(n:number)=>{const e=gpu.device.createCommandEncoder();const p=e.beginComputePass();for(let i=0;i<n;i++)plan.encode(p,step);p.end();gpu.device.queue.submit([e.finish()]);await gpu.device.queue.onSubmittedWorkDone()}
  await go(1); const r=new Float32Array((await gpu.read([{buffer:buffers[out]!,byteLength:sizes[out]!*4}]))[0]!)
  let best=1e9; for(let i=0;i<(time?4:0);i++){const c0=process.cpuUsage();await go(time);const c=process.cpuUsage(c0);best=Math.min(best,(c.user+c.system)/1e3/time)}
  plan.dispose(); for(const b of Object.values(buffers)) gpu.destroy(b); return {r,best}
}
const same=(a:Float32Array,b:Float32Array)=>a.every((v,i)=>Object.is(v,b[i]))
const check=process.argv[2]!=='speed'
const shapes= check?[[1,1,1],[3,5,7],[2,8,12],[9,33,31],[8,64,32],[33,6,33],[64,12,36],[65,63,9],[17,20,20],[70,40,44]]:[[512,64,128],[512,128,64],[512,64,64]]
for(const [rows,K,N] of shapes as [number,number,number][]) {
  const t=check?0:10
  for(const [name,f,sizes,out] of [
   ['linear',(o:any)=>linear({inputs:K,outputs:N,hasResidual:true,...o}),{x:rows*K,w:N*K+4,y:rows*N,r:rows*N},'y'],
   ['gated',(o:any)=>gatedLinear({inputs:K,inner:N,keeps:true,...o}),{x:rows*K,w:2*N*K+4,y:rows*N,g:rows*2*N},'g'],
   ['backward',(o:any)=>linearBackward({inputs:K,outputs:N,...o}),{dy:rows*N,w:N*K+4,dx:rows*K},'dx'],
   ['gatedback',(o:any)=>linearBackward({inputs:K,outputs:N,isGated:true,...o}),{dy:rows*N,w:N*K+4,dx:rows*2*K,g:rows*2*K},'dx'],
   ['weight',(o:any)=>linearWeightGradient({inputs:K,outputs:N,...o}),{dy:rows*N,x:rows*K,dw:N*K+4},'dw']] as const) {
    const flop=2*rows*K*N*(name==='gated'?2:1)
    const base=await run(f({tileRows:name.startsWith('gated')?4:8}),sizes as any,out,rows,[name==='weight'||name==='linear'||name==='backward'?4:0],t)
    const line=[`alone ${t?(flop/base.best/1e6*2).toFixed(2):''}`]
    for(const tileRows of name==='weight'?[8]:[2,4,8]) { const q=await run(f({tileRows,inQuads:true}),sizes as any,out,rows,[name==='weight'||name==='linear'||name==='backward'?4:0],t); line.push(`q${tileRows} ${t?(flop/q.best/1e6*2).toFixed(2):''} ${same(base.r,q.r)?'same':'DIFFERENT'}`) }
    console.log(rows,K,N,name.padEnd(10),line.join(' | '))
  } }
console.log(opened.takeErrors()); process.exit(0)
