import './trustedTypes' // first: no other module may load a script before the policy stands
import './ui/tokens.css'
import './ui/base.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App'
import { ignoreStrayDrops } from './strayDrops'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root element')
ignoreStrayDrops()
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
