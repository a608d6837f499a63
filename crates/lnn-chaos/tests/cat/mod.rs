//! The original's network on the original's pictures, one function per neuron, where these data are present.

use std::fmt::Write;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lnn_chaos::lane::Lane;
use lnn_chaos::schedule::Settings;
use lnn_chaos::task::Task;
use lnn_core::{Activation, Init, Optimizer};
use lnn_import::Normalise;
use ndarray::{Array4, ArrayD};
use ndarray_npy::NpzReader;

use crate::common::{is_long, single_neuron};

/// Steps of the 2,500: each costs 66 calls. `LNN_LONG` asks for more of them.
fn n_steps() -> u64 {
    if is_long() { 25 } else { 2 }
}

fn shared_data() -> Option<PathBuf> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/cat.npz");
    file.is_file().then_some(file)
}

/// Trains 12288-20-7-5-1 for some steps.
pub async fn check(lane: &Lane) {
    let Some(file) = shared_data() else {
        println!("skipped: no shared data");
        return;
    };
    let task = task(&file);
    let mut request = task.launch_request("cat").unwrap();
    let key = "training_input/cat.csv";
    lane.aws().put_object(key, task.csv.clone().into_bytes()).await.unwrap();
    (request.data.base64, request.data.key) = (None, Some(key.to_owned()));
    let patience = Duration::from_mins(10);
    let settings = Settings { call_timeout_ms: 20_000, max_calls: 4, patience, ..Settings::default() };
    let run = lane.train_launched("cat", &task, &request, &settings, &[]).await.unwrap();
    let facts = lane.check("cat", &task, &run).await.unwrap();
    assert_eq!(facts.n_invocations, n_steps() * 2 * (20 + 7 + 5 + 1));
}

fn task(file: &Path) -> Task {
    let mut npz = NpzReader::new(File::open(file).unwrap()).unwrap();
    let pixels: Array4<u8> = npz.by_name("x_train").unwrap();
    let labels: ArrayD<i64> = npz.by_name("y_train").unwrap();
    let n_train = pixels.shape()[0];
    let names: Vec<String> = (0..12_288).map(|idx| format!("p{idx}")).collect();
    let mut csv = names.join(",") + ",label\n";
    for (picture, label) in pixels.outer_iter().zip(labels.iter()) {
        for pixel in picture {
            write!(csv, "{pixel},").unwrap();
        }
        writeln!(csv, "{label}").unwrap();
    }
    let mut task =
        Task { csv, n_train, normalise: Some(Normalise::Factor(1.0 / 255.0)), ..single_neuron(n_steps()) };
    task.recipe.layers = vec![20, 7, 5];
    task.recipe.hidden = vec![Activation::Relu; 3];
    task.recipe.optimizer = Optimizer::Sgd;
    task.recipe.learning_rate = 0.0075;
    task.recipe.init = Init::InverseSqrt;
    task
}
