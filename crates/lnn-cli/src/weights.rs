//! `lnn weights`: what a file of weights holds, and the same network in another format.
//!
//! In: a file, and the one beside it. Out: lines of text or JSON, or a new file. Read next: `saved.rs`.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use lnn_core::Activation;
use lnn_weights::{DenseLayer, DenseNetwork, Format, WeightsError, read};
use serde_json::{Value, json};

use crate::saved::{self, write_to};
use crate::settings;
use crate::weights_args::{ConvertArgs, ShowArgs, WeightsCommand};

/// Of a file; what is larger holds no network that can be trained here.
const MAX_BYTES: u64 = 2 << 30;

pub fn run(command: &WeightsCommand) -> Result<()> {
    match command {
        WeightsCommand::Show(args) => show(args),
        WeightsCommand::Convert(args) => convert(args),
    }
}

/// A network from a file, with what stands beside it.
pub fn load(path: &Path) -> Result<(DenseNetwork, Format)> {
    let name = path.display();
    let mut file = File::open(path).with_context(|| format!("«{name}» can't be opened, check the path"))?;
    let n_bytes = file.metadata().map_or(0, |about| about.len());
    if n_bytes > MAX_BYTES {
        bail!(
            "«{name}» has {n_bytes} bytes, the limit is {MAX_BYTES}: this is larger than any network that can be trained here"
        );
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).with_context(|| format!("«{name}» can't be read"))?;
    let (mut network, format) = read(&bytes).with_context(|| format!("«{name}»"))?;
    if let Some(saved) = saved::beside(path)? {
        saved.complete(&mut network).with_context(|| format!("«{name}» and «{name}.json»"))?;
    }
    Ok((network, format))
}

fn show(args: &ShowArgs) -> Result<()> {
    let (network, format) = load(&args.file)?;
    let mut out = std::io::stdout();
    if args.json {
        writeln!(out, "{}", about(&network, format))?;
        return Ok(());
    }
    writeln!(out, "{}", in_words(&network, format))?;
    for (idx, layer) in network.layers.iter().enumerate() {
        let (n_units, n_inputs) = layer.weights.dim();
        let activation = layer.activation.map_or("activation not known", Activation::as_str);
        let (w, b) = (range(layer.weights.iter()), range(layer.biases.iter()));
        let number = idx + 1;
        writeln!(
            out,
            "layer {number}: {n_units} units of {n_inputs} inputs, {activation}; weights {:.4} to {:.4}, biases {:.4} to {:.4}",
            w.0, w.1, b.0, b.1
        )?;
    }
    if !network.input_names.is_empty() {
        writeln!(out, "inputs: {}", network.input_names.join(", "))?;
    }
    if let Some(preparation) = &network.preparation {
        let classes = &preparation.target.class_names;
        let classes = if classes.is_empty() { String::new() } else { format!(": {}", classes.join(", ")) };
        writeln!(out, "{} of «{}»{classes}", preparation.task.as_str(), preparation.target.name)?;
    }
    Ok(())
}

/// `ONNX, network 4-20-3, 163 parameters, f32`.
fn in_words(network: &DenseNetwork, format: Format) -> String {
    let (sizes, n) = (network.sizes(), network.n_parameters());
    format!("{}, network {sizes}, {n} parameters, {}", format.title(), network.precision.as_str())
}

fn about(network: &DenseNetwork, format: Format) -> Value {
    let layer = |layer: &DenseLayer| {
        let (w, b) = (range(layer.weights.iter()), range(layer.biases.iter()));
        json!({
            "n_units": layer.weights.nrows(),
            "n_inputs": layer.weights.ncols(),
            "activation": layer.activation.map(Activation::as_str),
            "weights": { "min": w.0, "max": w.1 },
            "biases": { "min": b.0, "max": b.1 },
        })
    };
    json!({
        "format": format.as_str(),
        "precision": network.precision.as_str(),
        "n_inputs": network.n_inputs(),
        "n_outputs": network.n_outputs(),
        "n_parameters": network.n_parameters(),
        "layers": network.layers.iter().map(layer).collect::<Vec<_>>(),
        "input_names": network.input_names,
        "preparation": network.preparation,
    })
}

/// The smallest and the largest.
fn range<'a>(numbers: impl Iterator<Item = &'a f64>) -> (f64, f64) {
    numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), &number| (min.min(number), max.max(number)))
}

fn convert(args: &ConvertArgs) -> Result<()> {
    let to = args.to.display();
    let by_name = || Format::of_name(&args.to.to_string_lossy());
    let Some(format) = args.format.or_else(by_name) else {
        bail!("the ending of «{to}» says no format: give --to npz, safetensors, json, onnx or py");
    };
    if !Format::WRITTEN.contains(&format) {
        return Err(WeightsError::ReadOnly(format)).with_context(|| format!("«{to}»"));
    }
    let (mut network, found) = load(&args.from)?;
    name_activations(&mut network, args)?;
    write_to(&args.to, &network, format).with_context(|| format!("«{to}»"))?;
    writeln!(std::io::stdout(), "{}; written to «{to}» as {}", in_words(&network, found), format.title())?;
    Ok(())
}

/// Those of the command line, where the file says none.
fn name_activations(network: &mut DenseNetwork, args: &ConvertArgs) -> Result<()> {
    let n_hidden = network.layers.len().saturating_sub(1);
    let hidden = match args.hidden[..] {
        [] => vec![None; n_hidden],
        _ => settings::hidden_activations(&args.hidden, n_hidden)?.into_iter().map(Some).collect(),
    };
    let given = hidden.into_iter().map(|g| ("--hidden", g)).chain([("--output", args.output)]);
    for (idx, (layer, (option, given))) in network.layers.iter_mut().zip(given).enumerate() {
        match (layer.activation, given) {
            (Some(stated), Some(given)) if stated != given => bail!(
                "layer {} has {stated}, as «{}» says, {option} asks for {given}: leave {option} away",
                idx + 1,
                args.from.display()
            ),
            (None, given) => layer.activation = given,
            _ => {}
        }
    }
    Ok(network.check()?)
}
