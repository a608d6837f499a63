// TensorFlow Playground's own engine, nn.ts, stepped as its page steps it. It has squared error and one output alone; the
// output unit is tanh and the targets are −1 and 1, as on its page.

self.lnnPeer = (() => {
  let network;
  let points;
  let settings;

  return {
    setup(workload, inputs, targets) {
      const { layers, hidden, nExamples } = workload;
      if (layers.at(-1) !== 1) throw new Error('its engine has one output only');
      settings = workload;
      const { Activations, buildNetwork } = playgroundEngine;
      const ids = Array.from({ length: layers[0] }, (_, idx) => String(idx));
      const activation = hidden === 'relu' ? Activations.RELU : Activations.TANH;
      network = buildNetwork(layers, activation, Activations.TANH, null, ids, false);
      points = Array.from({ length: nExamples }, (_, idx) => ({
        input: [...inputs.subarray(idx * layers[0], (idx + 1) * layers[0])],
        label: 2 * targets[idx] - 1,
      }));
      return 'squared error, tanh output';
    },
    run(nEpochs) {
      const { forwardProp, backProp, updateWeights, Errors } = playgroundEngine;
      const { batch, learningRate } = settings;
      for (let epoch = 0; epoch < nEpochs; epoch += 1) {
        points.forEach((point, idx) => {
          forwardProp(network, point.input);
          backProp(network, point.label, Errors.SQUARE);
          if ((idx + 1) % batch === 0) updateWeights(network, learningRate, 0);
        });
      }
    },
    outputs() {
      const { forwardProp } = playgroundEngine;
      return Float32Array.from(points, ({ input }) => (forwardProp(network, input) + 1) / 2);
    },
  };
})();
