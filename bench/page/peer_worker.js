// A peer in a worker: loads the library's own file, then the few lines that make a contestant of it.
//
// A contestant has `setup(workload, inputs, targets, option)` → a word on how it runs, `run(nEpochs)` → milliseconds,
// `outputs()` → what it says of every example, from 0 to 1.

// Two of the libraries know no other place than a page.
self.window = self;

// Start weights that are the same each time, whatever a library draws them with: luck shall not decide who learns.
let state = 7;
Math.random = () => {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 4294967296;
};

let peer;

const methods = {
  load(scripts) {
    importScripts(...scripts);
    peer = self.lnnPeer;
  },
  setup: (...args) => peer.setup(...args),
  async run(nEpochs) {
    const begun = performance.now();
    await peer.run(nEpochs);
    return performance.now() - begun;
  },
  outputs: () => peer.outputs(),
};

self.onmessage = async ({ data: { id, method, args } }) => {
  try {
    self.postMessage({ id, value: await methods[method](...args) });
  } catch (error) {
    self.postMessage({ id, error: String(error?.message ?? error) });
  }
};
