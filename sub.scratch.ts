import { openNodeGpu } from './src/engine/node'
import { GpuContext } from './src/engine/gpu/context'
const opened = await openNodeGpu()
console.log(opened.features, opened.info.subgroupMinSize, opened.info.subgroupMaxSize)
const dev = opened.device
const S = 256, Q = S/4
const range=(n:number)=>Array.from({length:n},(_,i)=>i)
const header=`
@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> c: array<vec4f>;
`
function plain(R:number,C:number){ const q=C/4; return header+`@compute @workgroup_size(8, 8) fn main(@builtin(global_invocation_id) id: vec3u) {
  let m = id.y * ${R}u; let n = id.x * ${q}u;
  if (m >= ${S}u || n >= ${Q}u) { return; }
  ${range(R).flatMap(i=>range(q).map(j=>`var s${i}_${j} = vec4f();`)).join(' ')}
  for (var k = 0u; k < ${Q}u; k++) {
    ${range(4).flatMap(p=>range(q).map(j=>`let b${p}_${j} = b[(4u*k+${p}u)*${Q}u+n+${j}u];`)).join(' ')}
    ${range(R).map(i=>`{ let v = a[(m+${i}u)*${Q}u+k]; ${range(q).map(j=>`s${i}_${j} += v.x*b0_${j}+v.y*b1_${j}+v.z*b2_${j}+v.w*b3_${j};`).join(' ')} }`).join('\n')}
  }
  ${range(R).flatMap(i=>range(q).map(j=>`c[(m+${i}u)*${Q}u+n+${j}u] = s${i}_${j};`)).join(' ')}
}`}
// lanes of a quad along x share rows of a: each loads R/4 rows and broadcasts
function quad(R:number,C:number, op='quadBroadcast'){ const q=C/4; return 'enable subgroups;\n'+header+`@compute @workgroup_size(8, 8) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let m = id.y * ${R}u; let n = id.x * ${q}u;
  ${range(R).flatMap(i=>range(q).map(j=>`var s${i}_${j} = vec4f();`)).join(' ')}
  for (var k = 0u; k < ${Q}u; k++) {
    ${range(4).flatMap(p=>range(q).map(j=>`let b${p}_${j} = b[(4u*k+${p}u)*${Q}u+n+${j}u];`)).join(' ')}
    ${range(R/4).map(g=>`let w${g} = a[(m+${4*g}u+lane)*${Q}u+k];`).join(' ')}
    ${range(R).map(i=>`{ let v = ${op}(w${i>>2}, ${i&3}u); ${range(q).map(j=>`s${i}_${j} += v.x*b0_${j}+v.y*b1_${j}+v.z*b2_${j}+v.w*b3_${j};`).join(' ')} }`).join('\n')}
  }
  ${range(R).flatMap(i=>range(q).map(j=>`c[(m+${i}u)*${Q}u+n+${j}u] = s${i}_${j};`)).join(' ')}
}`}
const A=new Float32Array(S*S).map(()=>Math.random()-.5),B=new Float32Array(S*S).map(()=>Math.random()-.5)
const gpu=new GpuContext(dev,true)
const [ba,bb,bc]=[gpu.upload('a',A),gpu.upload('b',B),gpu.buffer('c',S*S*4)]
const wantv=(m:number,n:number)=>{let s=0;for(let k=0;k<S;k++)s+=A[m*S+k]!*B[k*S+n]!;return s}
async function run(name:string,code:string,R:number,C:number){
  const pipeline=await dev.createComputePipelineAsync({layout:'auto',compute:{module:dev.createShaderModule({code}),entryPoint:'main'}})
  const group=dev.createBindGroup({layout:pipeline.getBindGroupLayout(0),entries:[ba,bb,bc].map((buffer,binding)=>({binding,resource:{buffer}}))})
  const go=async()=>{const e=dev.createCommandEncoder();const p=e.beginComputePass();p.setPipeline(pipeline);p.setBindGroup(0,group);p.dispatchWorkgroups(S/C/8,S/R/8,1);p.end();dev.queue.submit([e.finish()]);await dev.queue.onSubmittedWorkDone()}
  await go()
  const out=new Float32Array((await gpu.read([{buffer:bc,byteLength:S*S*4}]))[0]!)
  let err=0; for(let i=0;i<50;i++){const m=(i*37)%S,n=(i*91)%S; err=Math.max(err,Math.abs(out[m*S+n]!-wantv(m,n)))}
  let best=1e9,cpu=1e9; for(let i=0;i<6;i++){const c0=process.cpuUsage();const t=performance.now();await go();best=Math.min(best,performance.now()-t);const c=process.cpuUsage(c0);cpu=Math.min(cpu,(c.user+c.system)/1e3)}
  console.log(name.padEnd(24),`wall ${best.toFixed(1)} cpu ${cpu.toFixed(1)} ms  ${(2*S**3/cpu/1e6*2).toFixed(2)} GFLOP/s at 2 cores  err ${err.toExponential(1)}`)
}
await run('plain 8x4',plain(8,4),8,4)
await run('plain 8x8',plain(8,8),8,8)
for (const op of ['quadBroadcast','subgroupBroadcast']) for (const [R,C] of [[4,4],[8,4],[16,4],[8,8],[16,8],[4,8]] as const) await run(`${op} ${R}x${C}`,quad(R,C,op),R,C)
console.log(opened.takeErrors()); process.exit(0)
