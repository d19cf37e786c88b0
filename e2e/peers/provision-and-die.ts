/**
 * Provisions, and is killed at an event, as by a power cut.
 *
 *     node provision-and-die.ts EVENT STATE_DIR SETTING...
 *
 * Prints how many events there were, if it comes to an end before that.
 */
import { planProvision, provision, readConfiguration } from '@kairos-sdk/netboot/provision'

const [last = '0', stateDir = '', ...set] = process.argv.slice(2)
let events = 0
const text = JSON.stringify({
  state_dir: stateDir,
  cloud_config: '#cloud-config\nhostname: "[[ .name ]]"\n',
  disable_netboot: true,
  disable_http_server: true,
})
const run = provision(await planProvision(await readConfiguration({ text, set })), {
  onEvent() {
    if (++events === Number(last)) process.kill(process.pid, 'SIGKILL')
  },
})
await run.done
console.log(events)
