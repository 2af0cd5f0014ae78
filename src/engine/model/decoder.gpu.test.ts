import { describeDecoder } from './decoderCases'
import { openNodeGpu } from '../node'

describeDecoder('decoder on WebGPU', 6, async () => void (await openNodeGpu()))
