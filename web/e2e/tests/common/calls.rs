//! Calls of functions as a service might have made them: some late, some lost, some run twice.

use lnn_runlog::InvocationRecord;

/// Units of each layer; a slice is one unit.
const LAYERS: [usize; 3] = [6, 5, 3];

/// The calls of a step that ended at a time. Steps 3, 4 and 5 have a lost call, one that ran twice, and one that was throttled.
pub fn plausible(step: u64, end_ms: u64) -> Vec<InvocationRecord> {
    let mut calls = Vec::new();
    let mut at_ms = end_ms as f64 - 60.0;
    let forward = (0..LAYERS.len()).map(|layer_idx| ("forward", layer_idx));
    let backward = (0..LAYERS.len()).rev().map(|layer_idx| ("backward", layer_idx));
    for (pass, layer_idx) in forward.chain(backward) {
        let mut group: Vec<InvocationRecord> =
            (0..LAYERS[layer_idx]).flat_map(|unit| tries(step, (pass, layer_idx, unit), at_ms)).collect();
        let end =
            group.iter().map(|call| call.start_ms.unwrap_or(0.0) + call.duration_ms).fold(0.0, f64::max);
        for call in group.iter_mut().filter(|call| call.outcome == "ok") {
            call.waited_ms = Some(end - call.start_ms.unwrap_or(0.0) - call.duration_ms);
        }
        calls.extend(group);
        at_ms = end + 0.4;
    }
    calls
}

fn tries(step: u64, (pass, layer_idx, unit): (&str, usize, usize), start_ms: f64) -> Vec<InvocationRecord> {
    let noise = (step * 31 + layer_idx as u64 * 17 + unit as u64 * 7 + pass.len() as u64) % 11;
    let (compute_ms, redis_ms) = (1.0 + 0.35 * noise as f64, 0.6 + 0.1 * (noise % 4) as f64);
    let is_cold = step == 1 && pass == "forward";
    let call = InvocationRecord {
        function: "neuron".to_owned(),
        request_id: format!("{step}-{pass}-{layer_idx}-{unit}"),
        step: Some(step),
        duration_ms: compute_ms + redis_ms + 2.1 + if is_cold { 9.0 } else { 0.0 },
        outcome: "ok".to_owned(),
        pass: Some(pass.to_owned()),
        layer_idx: Some(layer_idx),
        units: Some([unit, unit + 1]),
        attempt: Some(1),
        start_ms: Some(start_ms + 0.05 * unit as f64),
        compute_ms: Some(compute_ms),
        redis_ms: Some(redis_ms),
        billed_ms: Some((compute_ms + redis_ms + 0.5).ceil()),
        memory_mb: Some(512),
        cold_start: is_cold,
        process: Some(format!("2026/11/26/[$LATEST]{layer_idx}{unit}")),
        ..InvocationRecord::default()
    };
    let odd = (step, pass, layer_idx, unit);
    let lost = |outcome: &str, duration_ms: f64| {
        let first = InvocationRecord {
            outcome: outcome.to_owned(),
            duration_ms,
            compute_ms: None,
            redis_ms: None,
            billed_ms: None,
            memory_mb: None,
            process: None,
            ..call.clone()
        };
        let start_ms = start_ms + duration_ms + 1.5;
        vec![first, InvocationRecord { attempt: Some(2), start_ms: Some(start_ms), ..call.clone() }]
    };
    match odd {
        (3, "forward", 0, 2) => lost("timeout", 12.0),
        (3, "backward", 1, 4) => vec![InvocationRecord { is_duplicate: true, ..call }],
        (5, "forward", 1, 1) => lost("throttled", 1.2),
        _ => vec![call],
    }
}
