// ConvNetJS: fully connected layers and its trainer, as its demos have them. It has no sigmoid with cross-entropy; yes or
// no is a softmax over two classes, which is the same function.

self.lnnPeer = (() => {
  let net;
  let trainer;
  let examples;
  let isBinary;

  return {
    setup({ layers, hidden, batch, nExamples, learningRate }, inputs, targets) {
      const nInputs = layers[0];
      const nOutputs = layers.at(-1);
      isBinary = nOutputs === 1;
      net = new convnetjs.Net();
      net.makeLayers([
        { type: 'input', out_sx: 1, out_sy: 1, out_depth: nInputs },
        ...layers.slice(1, -1).map((num_neurons) => ({ type: 'fc', num_neurons, activation: hidden })),
        { type: 'softmax', num_classes: Math.max(2, nOutputs) },
      ]);
      trainer = new convnetjs.SGDTrainer(net, {
        method: 'sgd',
        learning_rate: learningRate,
        momentum: 0,
        batch_size: batch,
        l2_decay: 0,
      });
      examples = Array.from({ length: nExamples }, (_, idx) => {
        const vol = new convnetjs.Vol(1, 1, nInputs, 0);
        vol.w.set(inputs.subarray(idx * nInputs, (idx + 1) * nInputs));
        const target = targets.subarray(idx * nOutputs, (idx + 1) * nOutputs);
        return { vol, label: isBinary ? target[0] : target.indexOf(1) };
      });
      return 'SGDTrainer';
    },
    run(nEpochs) {
      for (let epoch = 0; epoch < nEpochs; epoch += 1) {
        for (const { vol, label } of examples) trainer.train(vol, label);
      }
    },
    outputs() {
      const shares = examples.map(({ vol }) => [...net.forward(vol).w]);
      return Float32Array.from(isBinary ? shares.map((share) => share[1]) : shares.flat());
    },
  };
})();
