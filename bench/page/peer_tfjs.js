// TensorFlow.js on one of its backends, in both ways that its guide shows: `model.fit`, and a loop of
// `optimizer.minimize` over the core API; the latter also with examples as columns, because its wasm backend multiplies
// by Aᵀ at a fraction of the speed that it has for Bᵀ. The fastest one is measured.

self.lnnPeer = (() => {
  let chosen;

  const batches = (workload, inputs, targets) => {
    const { layers, batch, nExamples } = workload;
    const [nInputs, nOutputs] = [layers[0], layers.at(-1)];
    const starts = Array.from({ length: Math.ceil(nExamples / batch) }, (_, idx) => idx * batch);
    return starts.map((start) => {
      const end = Math.min(nExamples, start + batch);
      return {
        x: tf.tensor2d(inputs.slice(start * nInputs, end * nInputs), [end - start, nInputs]),
        y: tf.tensor2d(targets.slice(start * nOutputs, end * nOutputs), [end - start, nOutputs]),
      };
    });
  };

  // The core API: variables, operations, an optimizer. Examples are rows, X·W + b, or columns, W·X + b.
  const loop = (workload, inputs, targets, areColumns) => {
    const { layers, hidden, output, learningRate, nExamples } = workload;
    const oriented = (x) => (areColumns ? tf.tidy(() => x.transpose()) : x);
    const shape = (nInputs, nUnits) => (areColumns ? [nUnits, nInputs] : [nInputs, nUnits]);
    const optimizer = tf.train.sgd(learningRate);
    const parameters = layers.slice(1).map((nUnits, idx) => ({
      w: tf.variable(tf.randomNormal(shape(layers[idx], nUnits), 0, scale(hidden, layers[idx], nUnits))),
      b: tf.variable(tf.zeros(shape(1, nUnits))),
    }));
    const logits = (x) =>
      parameters.reduce((a, { w, b }, idx) => {
        const z = (areColumns ? w.matMul(a) : a.matMul(w)).add(b);
        if (idx === parameters.length - 1) return areColumns ? z.transpose() : z;
        return hidden === 'tanh' ? z.tanh() : z.relu();
      }, x);
    const cost = ({ x, y }) =>
      output === 'softmax'
        ? tf.losses.softmaxCrossEntropy(y, logits(x))
        : tf.losses.sigmoidCrossEntropy(y, logits(x));
    const all = oriented(tf.tensor2d(inputs, [nExamples, layers[0]]));
    const parts = batches(workload, inputs, targets).map(({ x, y }) => ({ x: oriented(x), y }));
    return {
      name: `optimizer.minimize${areColumns ? ', examples as columns' : ''}`,
      async run(nEpochs) {
        for (let epoch = 0; epoch < nEpochs; epoch += 1) {
          const last = tf.tidy(() => {
            const costs = parts.map((part, idx) =>
              optimizer.minimize(() => cost(part), idx === parts.length - 1),
            );
            return costs.at(-1);
          });
          // Work that only waits in a queue is no work done.
          await last.data();
          last.dispose();
        }
      },
      outputs: () =>
        tf.tidy(() => (output === 'softmax' ? logits(all).softmax() : logits(all).sigmoid())).data(),
    };
  };

  // The layers API.
  const fit = (workload, inputs, targets) => {
    const { layers, hidden, output, cost, learningRate, batch, nExamples } = workload;
    const model = tf.sequential();
    layers.slice(1).forEach((units, idx) => {
      const isLast = idx === layers.length - 2;
      model.add(
        tf.layers.dense({
          units,
          activation: isLast ? output : hidden,
          kernelInitializer: hidden === 'relu' ? 'heNormal' : 'glorotNormal',
          ...(idx === 0 ? { inputShape: [layers[0]] } : {}),
        }),
      );
    });
    const loss = cost === 'binary_cross_entropy' ? 'binaryCrossentropy' : 'categoricalCrossentropy';
    model.compile({ optimizer: tf.train.sgd(learningRate), loss });
    const x = tf.tensor2d(inputs, [nExamples, layers[0]]);
    const y = tf.tensor2d(targets, [nExamples, layers.at(-1)]);
    return {
      name: 'model.fit',
      async run(nEpochs) {
        const options = { batchSize: batch, epochs: nEpochs, shuffle: false, yieldEvery: 'never', verbose: 0 };
        await model.fit(x, y, options);
      },
      outputs: () => tf.tidy(() => model.predict(x)).data(),
    };
  };

  const scale = (hidden, nInputs, nUnits) =>
    hidden === 'relu' ? Math.sqrt(2 / nInputs) : Math.sqrt(2 / (nInputs + nUnits));

  // Milliseconds of an epoch once warm; of the first where that is long enough to need no warming.
  const time = async (contestant) => {
    const once = async () => {
      const begun = performance.now();
      await contestant.run(1);
      return performance.now() - begun;
    };
    const first = await once();
    if (first > 2000) return first;
    await contestant.run(2);
    return Math.min(await once(), await once(), await once());
  };

  const ways = [
    fit,
    (workload, inputs, targets) => loop(workload, inputs, targets, false),
    (workload, inputs, targets) => loop(workload, inputs, targets, true),
  ];

  return {
    async setup(workload, inputs, targets, backend) {
      if (backend === 'wasm') {
        tf.wasm.setWasmPaths('./');
        tf.wasm.setThreadsCount(navigator.hardwareConcurrency);
      }
      if (!(await tf.setBackend(backend))) throw new Error(`this browser gives no ${backend} backend`);
      await tf.ready();
      const tried = [];
      for (const make of ways) {
        const contestant = make(workload, inputs, targets);
        tried.push({ make, name: contestant.name, ms: await time(contestant) });
      }
      tried.sort((a, b) => a.ms - b.ms);
      chosen = tried[0].make(workload, inputs, targets);
      const others = tried.slice(1).map(({ name, ms }) => `${name}: ${ms.toPrecision(3)} ms`);
      const account = `${chosen.name} (${others.join('; ')})`;
      if (backend !== 'wasm') return account;
      const [simd, threads] = await Promise.all(
        ['SIMD', 'MULTITHREAD'].map((feature) => tf.env().getAsync(`WASM_HAS_${feature}_SUPPORT`)),
      );
      const build = `${threads ? 'threaded ' : ''}${simd ? 'SIMD ' : ''}build`;
      return `${account}, ${build}, threads as it counts them: ${tf.wasm.getThreadsCount()}`;
    },
    run: (nEpochs) => chosen.run(nEpochs),
    outputs: () => chosen.outputs(),
  };
})();
