// tile search on the real problem sizes: y = x w^T, x [512, K], w [N, K]
import { openNodeGpu } from './src/engine/node'
import { GpuContext } from './src/engine/gpu/context'
const opened = await openNodeGpu(); const dev = opened.device
const M=512,K=64,N=128
const range=(n:number)=>Array.from({length:n},(_,i)=>i)
const header=`diagnostic(off, subgroup_uniformity);
@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> c: array<vec4f>;
`
type V={name:string,code:string,groups:[number,number]}
function oneD(R:number,op:string,share=true,wx=8,wy=8):V{ return {name:`1D ${R}x4 ${share?op:'-'} wg ${wx}x${wy}`,groups:[Math.ceil(N/4/wx),Math.ceil(M/R/wy)],code:(share?'enable subgroups;\n':'')+header+`@compute @workgroup_size(${wx}, ${wy}) fn main(@builtin(global_invocation_id) id: vec3u${share?', @builtin(subgroup_invocation_id) lane: u32':''}) {
  let m = id.y * ${R}u; let n = id.x * 4u;
  if (m >= ${M}u) { return; }
  ${range(4).map(j=>`let w${j} = min(n+${j}u,${N-1}u)*${K/4}u;`).join(' ')}
  ${share?range(R/4).map(g=>`let x${g} = min(m+${4*g}u+lane,${M-1}u)*${K/4}u;`).join(' '):range(R).map(g=>`let x${g} = min(m+${g}u,${M-1}u)*${K/4}u;`).join(' ')}
  ${range(R).map(i=>`var s${i} = vec4f();`).join(' ')}
  for (var k = 0u; k < ${K/4}u; k++) {
    ${range(4).map(j=>`let b${j} = b[w${j}+k];`).join(' ')}
    ${share?range(R/4).map(g=>`let q${g} = a[x${g}+k];`).join(' '):''}
    ${range(R).map(i=>`{ let v = ${share?`${op}(q${i>>2}, ${i&3}u)`:`a[x${i}+k]`}; s${i} += vec4f(dot(v,b0),dot(v,b1),dot(v,b2),dot(v,b3)); }`).join('\n')}
  }
  ${range(R).map(i=>`if (m+${i}u<${M}u) { c[(m+${i}u)*${N/4}u+id.x] = s${i}; }`).join(' ')}
}`}}
// 2x2 quads: lanes differ in column (bit 0) and row (bit 1)
function twoD(R:number,C:number,wx=8,wy=8):V{ return {name:`2D ${R}x${C} wg ${wx}x${wy}`,groups:[Math.ceil(N/C/wx),Math.ceil(M/R/wy)],code:'enable subgroups;\n'+header+`@compute @workgroup_size(${wx*wy}) fn main(@builtin(workgroup_id) wg: vec3u, @builtin(local_invocation_index) index: u32) {
  let quad = index >> 2u; let lx = index & 1u; let ly = (index >> 1u) & 1u;
  let m0 = (wg.y*${wy}u + (quad / ${wx/2}u)*2u)*${R}u; let n0 = (wg.x*${wx}u + (quad % ${wx/2}u)*2u)*${C}u;
  let m = m0 + ly*${R}u; let n = n0 + lx*${C}u;
  ${range(R/2).map(g=>`let x${g} = (m+${2*g}u+lx)*${K/4}u;`).join(' ')}
  ${range(C/2).map(g=>`let w${g} = (n+${2*g}u+ly)*${K/4}u;`).join(' ')}
  ${range(R).flatMap(i=>range(C/4).map(j=>`var s${i}_${j} = vec4f();`)).join(' ')}
  for (var k = 0u; k < ${K/4}u; k++) {
    ${range(C/2).map(g=>`let b${2*g} = b[w${g}+k]; let b${2*g+1} = quadSwapY(b${2*g});`).join(' ')}
    ${range(R/2).map(g=>`{ let v = a[x${g}+k]; let u = quadSwapX(v); ${range(C/4).map(j=>`s${2*g}_${j} += vec4f(${range(4).map(q=>`dot(v,b${4*j+q})`).join()}); s${2*g+1}_${j} += vec4f(${range(4).map(q=>`dot(u,b${4*j+q})`).join()});`).join(' ')} }`).join('\n')}
  }
  ${range(R/2).flatMap(g=>range(2).map(o=>`{ let row = m+${2*g}u+${o?'1u-lx':'lx'}; ${range(C/4).map(j=>{const s=`s${2*g+o}_${j}`;return `c[row*${N/4}u+n/4u+${j}u] = select(${s}, ${s}.yxwz, ly == 1u);`}).join(' ')} }`)).join(' ')}
}`}}
const A=new Float32Array(M*K).map(()=>Math.random()-.5),B=new Float32Array(N*K).map(()=>Math.random()-.5)
const gpu=new GpuContext(dev,true)
const [ba,bb,bc]=[gpu.upload('a',A),gpu.upload('b',B),gpu.buffer('c',M*N*4)]
const want=(m:number,n:number)=>{let s=0;for(let k=0;k<K;k++)s+=A[m*K+k]!*B[n*K+k]!;return s}
const vs:V[]=[]
for (const op of ['quadBroadcast','subgroupBroadcast']) for(const R of [4,8,16,32]) vs.push(oneD(R,op))
vs.push(oneD(8,'',false), oneD(16,'quadBroadcast',true,16,4), oneD(16,'quadBroadcast',true,4,16), oneD(16,'quadBroadcast',true,16,2), twoD(4,4),twoD(8,4),twoD(8,8),twoD(16,4),twoD(4,8))
const ready=[]
for (const v of vs){ const pipeline=await dev.createComputePipelineAsync({layout:'auto',compute:{module:dev.createShaderModule({code:v.code}),entryPoint:'main'}})
  const group=dev.createBindGroup({layout:pipeline.getBindGroupLayout(0),entries:[ba,bb,bc].map((buffer,binding)=>({binding,resource:{buffer}}))})
  const go=async(n:number)=>{const e=dev.createCommandEncoder();const p=e.beginComputePass();p.setPipeline(pipeline);p.setBindGroup(0,group);for(let i=0;i<n;i++)p.dispatchWorkgroups(v.groups[0],v.groups[1],1);p.end();dev.queue.submit([e.finish()]);await dev.queue.onSubmittedWorkDone()}
  await go(1); const out=new Float32Array((await gpu.read([{buffer:bc,byteLength:M*N*4}]))[0]!)
  let err=0; for(let i=0;i<200;i++){const m=(i*37)%M,n=(i*91)%N; err=Math.max(err,Math.abs(out[m*N+n]!-want(m,n)))}
  ready.push({v,go,err,best:1e9}) }
for(let q=0;q<4;q++) for(const r of ready){ const c0=process.cpuUsage(); await r.go(12); const c=process.cpuUsage(c0); r.best=Math.min(r.best,(c.user+c.system)/1e3/12) }
for(const r of ready) console.log(r.v.name.padEnd(40),`cpu ${r.best.toFixed(2)} ms  ${(2*M*N*K/r.best/1e6*2).toFixed(2)} GFLOP/s at 2 cores  err ${r.err.toExponential(1)}`)
console.log(opened.takeErrors()); process.exit(0)
