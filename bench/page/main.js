// The referee: every workload, every contestant, in turn, round after round; nothing runs beside the one whose turn it is.
//
// `startBench(options)` is called over the DevTools protocol. What it has to say goes to the console: `bench: …` as it
// goes on, `bench-result: {…}` at the end, `bench-failed: …` instead.

import { Remote } from './remote.js';
import { WORKLOADS, makeData } from './workloads.js';

// A turn lasts about so long, and at most so many epochs: the small networks shall not be trained to death.
const TURN_MS = 400;
const MAX_EPOCHS = 1000;
const LOOK_MS = 60;
// A contestant learns when its mean squared error ends below this share of what it was. Whoever had few epochs so far
// gets some more, untimed.
const LEARNT = 0.9;
const ENOUGH_EPOCHS = 60;

const TFJS = ['tf.min.js', 'tf-backend-wasm.min.js', 'peer_tfjs.js'];
const PEERS = {
  'tfjs-cpu': { scripts: TFJS, option: 'cpu' },
  'tfjs-wasm': { scripts: TFJS, option: 'wasm' },
  'tfjs-webgl': { scripts: TFJS, option: 'webgl' },
  convnetjs: { scripts: ['convnet.js', 'peer_convnetjs.js'] },
  'brain.js': { scripts: ['brain.js', 'peer_brain.js'] },
  'tf-playground': { scripts: ['playground_nn.js', 'peer_playground.js'] },
};

const say = (text) => console.log(`bench: ${text}`);

const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

const meanSquaredError = (outputs, targets) => {
  let sum = 0;
  for (let idx = 0; idx < targets.length; idx += 1) sum += (outputs[idx] - targets[idx]) ** 2;
  return sum / targets.length;
};

// A contestant on its way: warm, with a turn's number of epochs, its times so far.
class Contestant {
  constructor(name, remote, data, isProbed = false) {
    Object.assign(this, { name, remote, data, isProbed, times: [], epochsDone: 0 });
  }

  // Milliseconds of so many epochs.
  async run(epochs) {
    this.epochsDone += epochs;
    return this.remote.call('run', epochs, this.isProbed);
  }

  async error() {
    return meanSquaredError(await this.remote.call('outputs'), this.data.targets);
  }

  async warmUp() {
    let epochs = 1;
    let elapsed = 0;
    do {
      elapsed = await this.run(epochs);
      this.epochs = Math.round(Math.min(MAX_EPOCHS, Math.max(1, (TURN_MS * epochs) / elapsed)));
      epochs = Math.min(MAX_EPOCHS, epochs * 4);
    } while (elapsed < TURN_MS / 4 && this.epochs > epochs);
  }

  async turn() {
    this.times.push((await this.run(this.epochs)) / this.epochs);
  }

  async checkThatItLearnt() {
    const hasLearnt = (error) => error < LEARNT * this.before;
    let after = await this.error();
    while (!hasLearnt(after) && this.epochsDone < ENOUGH_EPOCHS) {
      await this.run(1);
      after = await this.error();
    }
    const account = `from ${this.before.toPrecision(3)} to ${after.toPrecision(3)}`;
    if (!hasLearnt(after)) {
      throw new Error(`${this.name} does not learn: its mean squared error went ${account} in ${this.epochsDone} epochs`);
    }
    return account;
  }
}

// The contestants of a workload, in turn: LNN, LNN probed at every step, the peers that can do it.
async function contestants(workload, data, options) {
  const { data: _, ...plain } = workload;
  const lnn = new Remote('lnn_worker.js', 'module');
  await lnn.call('setup', plain, data.inputs, data.targets);
  const all = [new Contestant('lnn', lnn, data), new Contestant('lnn, probed', lnn, data, true)];
  const notes = {};
  const missing = {};
  for (const name of options.peers) {
    const { scripts, option } = PEERS[name];
    const remote = new Remote('peer_worker.js', 'classic');
    try {
      await remote.call('load', scripts);
      notes[name] = await remote.call('setup', plain, data.inputs, data.targets, option);
      all.push(new Contestant(name, remote, data));
    } catch (error) {
      missing[name] = error.message;
      say(`${workload.name}: ${name} is left out: ${error.message}`);
      remote.end();
    }
  }
  return { lnn, all, notes, missing };
}

async function measure(workload, options, ceilings) {
  const data = makeData(workload);
  const { lnn, all, notes, missing } = await contestants(workload, data, options);
  // LNN is in it twice with one network: first everyone's start, then everyone's first epoch.
  for (const contestant of all) contestant.before = await contestant.error();
  for (const contestant of all) {
    await contestant.warmUp();
    say(`${workload.name}: ${contestant.name} is warm, ${contestant.epochs} epochs a turn`);
  }
  const products = [];
  for (let round = 0; round < options.rounds; round += 1) {
    for (const ceiling of ceilings) await ceiling.turn(lnn);
    products.push(await lnn.call('productGflops', LOOK_MS));
    for (const contestant of all) await contestant.turn();
    say(`${workload.name}: round ${round + 1} of ${options.rounds}, LNN ${all[0].times.at(-1).toPrecision(3)} ms`);
  }
  const learnt = {};
  for (const contestant of all) learnt[contestant.name] = await contestant.checkThatItLearnt();
  const memory = await lnn.call('memoryBytes');
  new Set(all.map(({ remote }) => remote)).forEach((remote) => remote.end());
  const [own, probed, ...peers] = all;
  return {
    name: workload.name,
    network: workload.layers.join('-'),
    examples: workload.nExamples,
    batch: workload.batch,
    lnn_ms: median(own.times),
    peers: Object.fromEntries(peers.map(({ name, times }) => [name, median(times)])),
    gflops: median(products),
    // Round by round: a slow moment of the machine slows both.
    probes_overhead: median(probed.times.map((time, idx) => time / own.times[idx])) - 1,
    lnn_memory_bytes: memory,
    rounds_ms: Object.fromEntries(all.map(({ name, times }) => [name, times])),
    notes,
    missing,
    learnt,
  };
}

// The machine's ceiling: of all numbers of chains that are compiled, the one that turned out best.
async function ceilingOf(isF64) {
  const lnn = new Remote('lnn_worker.js', 'module');
  const found = [];
  for (const chains of await lnn.call('chains')) {
    await lnn.call('ceilingGflops', isF64, chains, LOOK_MS);
    found.push({ chains, gflops: await lnn.call('ceilingGflops', isF64, chains, LOOK_MS) });
  }
  lnn.end();
  found.sort((a, b) => b.gflops - a.gflops);
  const { chains } = found[0];
  say(`ceiling: ${found.map((it) => `${it.chains} chains ${it.gflops.toFixed(1)}`).join(', ')} Gflop/s`);
  const times = [];
  const turn = async (worker) => times.push(await worker.call('ceilingGflops', isF64, chains, LOOK_MS));
  return { chains, times, turn };
}

async function bench(options) {
  const f32 = await ceilingOf(false);
  const f64 = await ceilingOf(true);
  const workloads = [];
  for (const workload of WORKLOADS.filter(({ name }) => options.workloads.includes(name))) {
    workloads.push(await measure(workload, options, [f32, f64]));
  }
  return {
    ceiling_gflops: { f32: median(f32.times), f64: median(f64.times) },
    ceiling_chains: { f32: f32.chains, f64: f64.chains },
    workloads,
    browser: navigator.userAgent,
    threads: navigator.hardwareConcurrency,
  };
}

window.startBench = (options) => {
  bench(options).then(
    (result) => console.log(`bench-result: ${JSON.stringify(result)}`),
    (error) => console.log(`bench-failed: ${error.message}`),
  );
};
