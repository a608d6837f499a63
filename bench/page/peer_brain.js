// brain.js: its plain network. It has one activation for all layers, squared error, and updates after every example.
//
// Its start weights, ±0.2 for any layer, let six layers learn nothing: they get the scale that everyone else has.

self.lnnPeer = (() => {
  let net;
  let data;
  let isTanh;

  const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());

  return {
    setup({ layers, hidden, batch, nExamples, learningRate }, inputs, targets) {
      isTanh = hidden === 'tanh';
      // Its momentum of 0.1 stays: it knows no 0. One example an update: a rate that many examples together stand is too much for each.
      const ownRate = learningRate / Math.min(batch, 10);
      net = new brain.NeuralNetwork({ activation: hidden, learningRate: ownRate });
      net.sizes = layers;
      net.initialize();
      for (let layer = 1; layer < layers.length; layer += 1) {
        const sum = isTanh ? layers[layer - 1] + layers[layer] : layers[layer - 1];
        const scale = Math.sqrt(2 / sum);
        for (const weights of net.weights[layer]) weights.forEach((_, idx) => (weights[idx] = scale * normal()));
        // An output of ReLU that starts at 0 would never leave it.
        net.biases[layer].fill(!isTanh && layer === layers.length - 1 ? 0.5 : 0);
      }
      const [nInputs, nOutputs] = [layers[0], layers.at(-1)];
      data = Array.from({ length: nExamples }, (_, idx) => ({
        input: inputs.slice(idx * nInputs, (idx + 1) * nInputs),
        output: targets
          .slice(idx * nOutputs, (idx + 1) * nOutputs)
          .map((target) => (isTanh ? 2 * target - 1 : target)),
      }));
      return 'squared error, one example an update';
    },
    run(nEpochs) {
      for (let epoch = 0; epoch < nEpochs; epoch += 1) net.trainPatterns(data);
    },
    outputs() {
      const outputs = data.flatMap(({ input }) => [...net.run(input)]);
      return Float32Array.from(outputs, (output) => (isTanh ? (output + 1) / 2 : output));
    },
  };
})();
