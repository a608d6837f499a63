// The four workloads: networks, settings, and data that can be learnt, the same numbers for every contestant.
//
// Settings and data go to LNN and to every peer from here. Data are made from a seed, example by example.

export const WORKLOADS = [
  {
    name: 'playground',
    layers: [2, 4, 2, 1],
    hidden: 'tanh',
    output: 'sigmoid',
    cost: 'binary_cross_entropy',
    nExamples: 250,
    batch: 10,
    learningRate: 0.1,
    data: (random) => circle(random, 250, (x, y) => [x, y]),
  },
  {
    name: 'playground-max',
    layers: [7, 8, 8, 8, 8, 8, 8, 1],
    hidden: 'relu',
    output: 'sigmoid',
    cost: 'binary_cross_entropy',
    nExamples: 250,
    batch: 10,
    learningRate: 0.03,
    data: (random) =>
      circle(random, 250, (x, y) => [x, y, x * x, y * y, x * y, Math.sin(x), Math.sin(y)]),
  },
  {
    name: 'cat',
    layers: [12288, 20, 7, 5, 1],
    hidden: 'relu',
    output: 'sigmoid',
    cost: 'binary_cross_entropy',
    nExamples: 209,
    batch: 209,
    learningRate: 0.01,
    data: (random) => pictures(random, 209, 12288, 1),
  },
  {
    name: 'mnist',
    layers: [784, 128, 64, 10],
    hidden: 'relu',
    output: 'softmax',
    cost: 'categorical_cross_entropy',
    nExamples: 6400,
    batch: 64,
    learningRate: 0.05,
    data: (random) => pictures(random, 6400, 784, 10),
  },
];

// `{inputs, targets}`, example by example, as Float32Array.
export function makeData(workload) {
  return workload.data(xorshift(20_000_101));
}

// Points around the origin: inside or outside of a circle.
function circle(random, nExamples, features) {
  const inputs = [];
  const targets = [];
  for (let idx = 0; idx < nExamples; idx += 1) {
    const isInside = idx % 2 === 0;
    const radius = isInside ? random() : 1.5 + random();
    const angle = 2 * Math.PI * random();
    inputs.push(...features(radius * Math.cos(angle), radius * Math.sin(angle)));
    targets.push(isInside ? 1 : 0);
  }
  return { inputs: Float32Array.from(inputs), targets: Float32Array.from(targets) };
}

// Noise with a faint pattern for each class; one output says yes or no, several say which.
function pictures(random, nExamples, nPixels, nOutputs) {
  const nClasses = Math.max(2, nOutputs);
  const patterns = Array.from({ length: nClasses * nPixels }, () => (random() < 0.5 ? -1 : 1));
  const inputs = new Float32Array(nExamples * nPixels);
  const targets = new Float32Array(nExamples * nOutputs);
  for (let example = 0; example < nExamples; example += 1) {
    const label = Math.floor(random() * nClasses);
    for (let pixel = 0; pixel < nPixels; pixel += 1) {
      // Around 0: pixels that are all positive let whole layers of ReLU start dead.
      inputs[example * nPixels + pixel] =
        0.6 * (random() - 0.5) + 0.15 * patterns[label * nPixels + pixel];
    }
    if (nOutputs > 1) {
      targets[example * nOutputs + label] = 1;
    } else {
      targets[example] = label;
    }
  }
  return { inputs, targets };
}

// Numbers in [0, 1) from a seed: xorshift, Marsaglia 2003, with shifts 13, 17, 5.
function xorshift(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
}
