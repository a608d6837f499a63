// LNN's side: the engine as the page's worker has it, and the machine's ceiling beside it, in one WebAssembly module.

import init, { Lnn, StepProducts, ceiling, ceiling_chains, ceiling_flops } from './lnn_bench.js';

const module = init({ module_or_path: './lnn_bench_bg.wasm' });
let memory;
let lnn;
let products;

// Gflop a second of `run(n)`, which does n times `flops`: the best of three looks, each long enough to be timed. Whatever
// else the machine does can only make it look slower than it is.
function gflops(flops, milliseconds, run) {
  const time = (n) => {
    const begun = performance.now();
    run(n);
    return performance.now() - begun;
  };
  let n = 1;
  let elapsed = time(n);
  while (elapsed < milliseconds) {
    n = Math.ceil(n * Math.min(10, Math.max(1.2, (1.1 * milliseconds) / Math.max(elapsed, 0.01))));
    elapsed = time(n);
  }
  return (flops * n) / Math.min(elapsed, time(n), time(n)) / 1e6;
}

const methods = {
  async setup(workload, inputs, targets) {
    ({ memory } = await module);
    const { layers, hidden, output, cost, batch, nExamples, learningRate } = workload;
    const batchExamples = batch === nExamples ? 0 : batch;
    const sizes = Uint32Array.from(layers);
    lnn = new Lnn(sizes, `${hidden} ${output} ${cost}`, batchExamples, learningRate, inputs, targets);
    products = new StepProducts(sizes, batch);
    return '';
  },
  run(nEpochs, isProbed) {
    const begun = performance.now();
    lnn.run(nEpochs, isProbed === true);
    return performance.now() - begun;
  },
  outputs: () => lnn.outputs(),
  // Of the matrix products alone.
  productGflops: (milliseconds) => gflops(products.flops(), milliseconds, (n) => products.run(n)),
  ceilingGflops: (isF64, nChains, milliseconds) => {
    const nTurns = 100_000;
    const flops = ceiling_flops(isF64, nChains, nTurns);
    return gflops(flops, milliseconds, (n) => {
      for (let idx = 0; idx < n; idx += 1) ceiling(isF64, nChains, nTurns);
    });
  },
  chains: async () => {
    await module;
    return [...ceiling_chains()];
  },
  // WebAssembly's memory never shrinks: what it has now is its peak.
  memoryBytes: () => memory.buffer.byteLength,
};

self.onmessage = async ({ data: { id, method, args } }) => {
  try {
    self.postMessage({ id, value: await methods[method](...args) });
  } catch (error) {
    self.postMessage({ id, error: String(error?.message ?? error) });
  }
};
