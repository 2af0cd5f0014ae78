import { describeDecoder } from './decoderCases'
import { openNodeWasm } from '../node'

describeDecoder('decoder on wasm', 24, openNodeWasm)
