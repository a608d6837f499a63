//! One arithmetic everywhere: the same run gives the same bits, watched or not, kept or recomputed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use lnn_core::{
    Activation, BatchSize, History, LearningRateDecay, Optimizer, Real, Recipe, RecipeChange, Snapshot,
    SnapshotError, SyntheticKind, Trainer,
};
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
const PINNED_F64: u64 = 13_652_709_676_966_503_071;
const PINNED_F32: u64 = 4_587_556_420_431_255_284;

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
    for digest in &digests[61..=90] {
        past.step(None).unwrap();
        history.record(&past);
        assert_eq!(past.network().digest(), *digest);
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
