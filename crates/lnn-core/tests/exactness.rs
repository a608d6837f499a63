//! One arithmetic everywhere: the same run gives the same bits, watched or not, whole or in slices, kept or recomputed.

use lnn_core::dropout::dropout_mask;
use lnn_core::unit::{errors_of_units, forward_units, gradients_of_units};
use lnn_core::{
    Activation, BatchSize, Cost, DataSet, History, Init, LearningRateDecay, Network, Optimizer, Real, Recipe,
    RecipeChange, Snapshot, SnapshotError, SyntheticKind, Trainer, UpdateRule, UpdateSlice,
};
use ndarray::{Array2, concatenate, prelude::*};
use std::sync::Arc;

/// A run in which everything is on: shuffled short batches, dropout, penalty, decay.
fn everything(optimizer: Optimizer) -> Recipe {
    Recipe {
        layers: vec![7, 5],
        hidden: vec![Activation::LeakyRelu, Activation::Tanh],
        optimizer,
        batch_size: BatchSize::Of(16),
        l2_penalty: 0.1,
        dropout: 0.2,
        decay: LearningRateDecay::InverseTime { rate: 0.1 },
        seed: 42,
        ..Recipe::default()
    }
}

fn trainer<T: Real>(optimizer: Optimizer) -> Trainer<T> {
    let data = Arc::new(SyntheticKind::Spiral.generate(100, 0.02, 3));
    Trainer::new(everything(optimizer), data).unwrap()
}

fn advance<T: Real>(trainer: &mut Trainer<T>, steps: u64) -> u64 {
    for _ in 0..steps {
        trainer.step(None).unwrap();
    }
    trainer.network().digest()
}

#[test]
fn probes_do_not_change_a_bit() {
    for optimizer in Optimizer::ALL {
        let (mut plain, mut probed) = (trainer::<f32>(optimizer), trainer::<f32>(optimizer));
        let mut probes = Vec::new();
        for _ in 0..30 {
            assert_eq!(plain.step(None), probed.step(Some(&mut probes)), "{optimizer}");
        }
        assert_eq!(plain.network().digest(), probed.network().digest(), "{optimizer}");
        assert_eq!(probes.iter().map(|layer| layer.units.len()).collect::<Vec<_>>(), [7, 5, 1]);
    }
}

#[test]
fn the_same_recipe_gives_the_same_bits_and_another_seed_others() {
    let run = |seed| {
        let data = Arc::new(SyntheticKind::Spiral.generate::<f64>(100, 0.02, 3));
        advance(&mut Trainer::new(Recipe { seed, ..everything(Optimizer::adam()) }, data).unwrap(), 50)
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

/// Recorded once: a change of this number is a change of everyone's runs.
#[test]
fn the_digest_of_a_whole_run_is_pinned() {
    assert_eq!(advance(&mut trainer::<f64>(Optimizer::adam()), 200), PINNED_F64, "f64");
    assert_eq!(advance(&mut trainer::<f32>(Optimizer::adam()), 200), PINNED_F32, "f32");
}
const PINNED_F64: u64 = 5_958_048_087_794_028_359;
const PINNED_F32: u64 = 0;

#[test]
fn a_restored_snapshot_goes_on_with_the_same_bits() {
    for optimizer in Optimizer::ALL {
        let mut first = trainer::<f32>(optimizer);
        advance(&mut first, 17);
        let bytes = first.snapshot().to_bytes();
        let expected = advance(&mut first, 40);
        let mut second = trainer::<f32>(optimizer);
        second.restore(&Snapshot::from_bytes(&bytes).unwrap()).unwrap();
        assert_eq!(second.step_count(), 17);
        assert_eq!(advance(&mut second, 40), expected, "{optimizer}");
    }
}

#[test]
fn snapshot_bytes_are_checked_before_they_are_believed() {
    let mut run = trainer::<f64>(Optimizer::adam());
    advance(&mut run, 3);
    let snapshot = run.snapshot();
    let bytes = snapshot.to_bytes();
    assert_eq!(Snapshot::<f64>::from_bytes(&bytes), Ok(snapshot.clone()));
    for cut in 0..bytes.len() {
        let result = Snapshot::<f64>::from_bytes(&bytes[..cut]);
        assert!(matches!(result, Err(SnapshotError::Cut { .. })), "{cut} bytes: {result:?}");
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(matches!(Snapshot::<f64>::from_bytes(&longer), Err(SnapshotError::TooLong { .. })));
    assert_eq!(Snapshot::<f64>::from_bytes(&[7; 400]), Err(SnapshotError::Magic));
    let other = Snapshot::<f32>::from_bytes(&bytes);
    assert_eq!(other, Err(SnapshotError::Precision { expected: 4, found: 8 }));
    // a claim of 2⁶⁴−1 layers or units takes no memory
    for word in 10..17 {
        let mut claim = bytes.clone();
        claim[word * 8..word * 8 + 8].fill(0xff);
        assert!(Snapshot::<f64>::from_bytes(&claim).is_err(), "word {word}");
    }
}

#[test]
fn a_snapshot_of_another_run_is_refused() {
    let run = trainer::<f64>(Optimizer::adam());
    let mut other = trainer::<f64>(Optimizer::sgd());
    let error = other.restore(&run.snapshot()).unwrap_err();
    assert!(error.to_string().starts_with("first moment of the snapshot has shapes [(7, 2)"), "{error}");
    let seed = Recipe { seed: 7, ..everything(Optimizer::adam()) };
    let mut other = Trainer::new(seed, run.train_set().clone()).unwrap();
    let error = other.restore(&run.snapshot()).unwrap_err();
    assert_eq!(error.to_string(), "the snapshot is of a run with seed 42, this one has 7");
}

/// A run with changes of settings on the way; the digest after every step.
fn recorded_run(history: &mut History<f32>) -> (Trainer<f32>, Vec<u64>) {
    let mut run = trainer::<f32>(Optimizer::adam());
    history.record(&run);
    let mut digests = vec![run.network().digest()];
    for step in 0..200 {
        match step {
            50 => run.set(RecipeChange::LearningRate(0.002)).unwrap(),
            51 => run.set(RecipeChange::Dropout(0.0)).unwrap(),
            100 => run.set(RecipeChange::Dropout(0.4)).unwrap(),
            101 => run.set(RecipeChange::L2Penalty(0.0)).unwrap(),
            150 => run.set(RecipeChange::Decay(LearningRateDecay::Exponential { rate: 0.9 })).unwrap(),
            _ => {}
        }
        run.step(None).unwrap();
        history.record(&run);
        digests.push(run.network().digest());
    }
    (run, digests)
}

#[test]
fn every_past_step_comes_back_bit_for_bit_from_a_few_keyframes() {
    let mut history = History::new(20_000);
    let (run, digests) = recorded_run(&mut history);
    assert!(history.size_bytes() <= 20_000, "{} bytes", history.size_bytes());
    assert!(history.keyframe_steps().count() < 30);
    assert_eq!(history.first_step(), 0);
    for (step, digest) in digests.iter().enumerate() {
        let past = history.trainer_at(step as u64, &run).unwrap();
        assert_eq!((past.step_count(), past.network().digest()), (step as u64, *digest));
    }
    let error = history.trainer_at(201, &run).unwrap_err();
    assert_eq!(error.to_string(), "step 201 is not in the history, which holds steps 0 to 200");
}

#[test]
fn a_run_goes_on_from_the_past_with_the_settings_of_then() {
    let mut history = History::new(20_000);
    let (run, digests) = recorded_run(&mut history);
    let mut past = history.trainer_at(60, &run).unwrap();
    assert!((past.recipe().learning_rate - 0.002).abs() < 1e-15);
    assert!(past.recipe().l2_penalty > 0.0, "changed at step 101 only");
    assert_eq!(past.changes().len(), 2);
    for step in 61..=90 {
        past.step(None).unwrap();
        history.record(&past);
        assert_eq!(past.network().digest(), digests[step]);
    }
    assert_eq!(history.last_step(), 90, "what came after was dropped");
    // and from there the other run's changes are forgotten
    assert_eq!(history.trainer_at(85, &run).unwrap().network().digest(), digests[85]);
    assert_eq!(history.changes().len(), 2);
}

#[test]
fn a_replay_can_be_computed_a_few_steps_at_a_time() {
    let mut history = History::new(5_000);
    let (run, digests) = recorded_run(&mut history);
    let mut replay = history.replay_to(127, &run).unwrap();
    let mut n_parts = 0;
    while !replay.advance(3).unwrap() {
        n_parts += 1;
    }
    assert!(n_parts > 2, "{n_parts} parts");
    assert_eq!(replay.into_trainer().network().digest(), digests[127]);
}

/// One whole step from the per-unit pieces, each layer cut into slices of `size` units.
fn step_in_slices<T: Real>(run: &Trainer<T>, size: usize) -> Network<T> {
    let (recipe, network, data) = (run.recipe(), run.network(), run.train_set());
    let (m, n_layers) = (data.n_examples(), network.layers.len());
    let slices =
        |n_units: usize| (0..n_units).step_by(size).map(move |start| start..n_units.min(start + size));
    let (mut received, mut z, mut a, mut masks) = (vec![data.inputs().clone()], vec![], vec![], vec![]);
    for (layer_idx, layer) in network.layers.iter().enumerate() {
        let mut parts = (vec![], vec![], vec![]);
        for units in slices(layer.biases.len()) {
            let (weights, biases) =
                (layer.weights.slice(s![units.clone(), ..]), layer.biases.slice(s![units.clone()]));
            let (z, a) = forward_units(weights, biases, received[layer_idx].view(), layer.activation);
            parts.0.push(z);
            parts.1.push(a);
            parts.2.push(dropout_mask::<T>(
                recipe.seed,
                run.step_count(),
                layer_idx,
                units,
                m,
                recipe.dropout,
            ));
        }
        let (layer_z, layer_a, mask) = (join(&parts.0), join(&parts.1), join(&parts.2));
        received.push(&layer_a * &mask);
        z.push(layer_z);
        a.push(layer_a);
        masks.push(mask);
    }
    let mut errors = &a[n_layers - 1] - data.targets();
    let mut next = network.clone();
    let rule = UpdateRule::new(recipe.optimizer, recipe.learning_rate, run.step_count() + 1);
    for layer_idx in (0..n_layers).rev() {
        let layer = &network.layers[layer_idx];
        if layer_idx + 1 < n_layers {
            let parts: Vec<_> = slices(layer.biases.len())
                .map(|units| {
                    let rows = s![units.clone(), ..];
                    errors_of_units(
                        network.layers[layer_idx + 1].weights.slice(s![.., units]),
                        errors.view(),
                        z[layer_idx].slice(rows),
                        a[layer_idx].slice(rows),
                        Some(masks[layer_idx].slice(rows)),
                        layer.activation,
                    )
                })
                .collect();
            errors = join(&parts);
        }
        for units in slices(layer.biases.len()) {
            let (own, rows) = (errors.slice(s![units.clone(), ..]), s![units.clone(), ..]);
            let weights = layer.weights.slice(rows);
            let (dw, db) = gradients_of_units(own, received[layer_idx].view(), weights, recipe.l2_penalty);
            let updated = update(&rule, weights.as_slice().unwrap(), dw.as_slice().unwrap());
            next.layers[layer_idx]
                .weights
                .slice_mut(rows)
                .iter_mut()
                .zip(updated)
                .for_each(|(to, from)| *to = from);
            let biases = layer.biases.slice(s![units.clone()]);
            let updated = update(&rule, biases.as_slice().unwrap(), db.as_slice().unwrap());
            next.layers[layer_idx].biases.slice_mut(s![units]).assign(&Array1::from_vec(updated));
        }
    }
    next
}

fn join<T: Real>(parts: &[Array2<T>]) -> Array2<T> {
    let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
    concatenate(Axis(0), &views).unwrap().as_standard_layout().into_owned()
}

/// The first step of an optimizer, whose moments are still zero.
fn update<T: Real>(rule: &UpdateRule<T>, parameters: &[T], gradients: &[T]) -> Vec<T> {
    let zeros = vec![T::ZERO; parameters.len()];
    let (mut next, mut first, mut second) = (zeros.clone(), zeros.clone(), zeros.clone());
    rule.apply(UpdateSlice {
        parameters,
        gradients,
        first_moment: &zeros,
        second_moment: &zeros,
        next_parameters: &mut next,
        next_first_moment: &mut first,
        next_second_moment: &mut second,
    });
    next
}

#[test]
fn a_step_cut_into_slices_of_units_gives_the_bits_of_the_whole_step() {
    check_slices::<f32>();
    check_slices::<f64>();
}

fn check_slices<T: Real>() {
    for optimizer in Optimizer::ALL {
        let recipe = Recipe {
            layers: vec![11, 9],
            hidden: vec![Activation::Relu, Activation::Sigmoid],
            init: Init::He,
            batch_size: BatchSize::Full,
            ..everything(optimizer)
        };
        let data = DataSet::new(
            Array2::from_shape_fn((13, 37), |(row, col)| T::from_f64((row * 37 + col) as f64 % 7.3 - 3.0)),
            Array2::from_shape_fn((2, 37), |(row, col)| T::from_usize((row + col) % 2)),
        );
        // dropout in the output layer's mask is drawn above but must not count: it has none
        let recipe = Recipe { dropout: 0.3, cost: Cost::BinaryCrossEntropy, ..recipe };
        let mut run = Trainer::new(recipe, Arc::new(data.unwrap())).unwrap();
        let sliced: Vec<u64> = [1, 2, 3, 7, 99].map(|size| step_in_slices(&run, size).digest()).to_vec();
        run.step(None).unwrap();
        assert_eq!(sliced, vec![run.network().digest(); 5], "{optimizer} in {}", T::NAME);
    }
}

#[test]
fn a_full_batch_without_copies_gives_the_bits_of_a_copied_one() {
    let data = Arc::new(SyntheticKind::Moons.generate::<f64>(50, 0.1, 1));
    let digest = |batch_size| {
        let recipe = Recipe { batch_size, ..Recipe::default() };
        advance(&mut Trainer::new(recipe, Arc::clone(&data)).unwrap(), 20)
    };
    assert_eq!(digest(BatchSize::Full), digest(BatchSize::Of(50)));
    assert_eq!(digest(BatchSize::Full), digest(BatchSize::Of(5000)));
}
