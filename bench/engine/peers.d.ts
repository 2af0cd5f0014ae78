/** The parts of the peers that the benchmark calls, so that types check where `bench/package.json` is not installed. */
declare module '@jax-js/jax' {
  export interface Array {
    readonly ref: Array
    readonly shape: number[]
    add(other: Array | number): Array
    sub(other: Array | number): Array
    mul(other: Array | number): Array
    div(other: Array | number): Array
    neg(): Array
    reshape(shape: number[]): Array
    transpose(axes?: number[]): Array
    slice(...index: unknown[]): Array
    sum(axis?: number | number[] | null, options?: { keepdims?: boolean }): Array
    mean(axis?: number | number[] | null, options?: { keepdims?: boolean }): Array
    astype(type: unknown): Array
    data(): Promise<Float32Array>
    dispose(): void
  }
  export const numpy: {
    readonly int32: unknown
    readonly float32: unknown
    array(data: Float32Array | Int32Array, options?: { dtype?: unknown; shape?: number[] }): Array
    zeros(shape: number[]): Array
    matmul(a: Array, b: Array): Array
    einsum(subscripts: string, ...operands: Array[]): Array
    concatenate(parts: Array[], axis: number): Array
    take(a: Array, indices: Array, axis: number): Array
    sqrt(a: Array): Array
    square(a: Array): Array
    reciprocal(a: Array): Array
    minimum(a: Array, b: Array | number): Array
    where(condition: Array, a: Array | number, b: Array | number): Array
    tril(a: Array): Array
    ones(shape: number[]): Array
  }
  export const nn: {
    softmax(x: Array, axis?: number): Array
    logSoftmax(x: Array, axis?: number): Array
    oneHot(x: Array, classes: number): Array
    silu(x: Array): Array
    dotProductAttention(query: Array, key: Array, value: Array, options: { isCausal: boolean }): Array
  }
  export const tree: { ref<T>(tree: T): T; dispose(tree: unknown): void; map<T>(f: (...leaves: Array[]) => Array, tree: T, ...rest: T[]): T }
  export function init(...devices: string[]): Promise<string[]>
  export function defaultDevice(device: string): string
  export function jit<F>(f: F): F & { dispose(): void }
  export function valueAndGrad<A extends unknown[]>(f: (...args: A) => Array): (...args: A) => [Array, A[0]]
  export function blockUntilReady<T>(tree: T): Promise<T>
  export function getWebGPUDevice(): GPUDevice
}

declare module 'onnxruntime-web' {
  export class Tensor {
    constructor(type: 'float32' | 'int32' | 'int64', data: Float32Array | Int32Array | BigInt64Array, shape: readonly number[])
    getData(): Promise<Float32Array>
    dispose(): void
  }
  export interface InferenceSession {
    run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>
    release(): Promise<void>
  }
  export const InferenceSession: {
    create(
      model: Uint8Array,
      options: { executionProviders: string[]; graphOptimizationLevel: string; preferredOutputLocation: Record<string, 'gpu-buffer'> },
    ): Promise<InferenceSession>
  }
  export const env: { readonly wasm: { wasmPaths: { mjs: string; wasm: string }; numThreads: number }; readonly versions: { readonly web?: string } }
}
