//! The tutorial programs run to their end.

#[path = "../../../examples/01_one_neuron.rs"]
mod one_neuron;

#[path = "../../../examples/02_backprop_by_hand.rs"]
mod backprop_by_hand;

#[path = "../../../examples/03_learn_xor.rs"]
mod learn_xor;

#[test]
fn every_tutorial_program_runs() {
    one_neuron::main().unwrap();
    backprop_by_hand::main().unwrap();
    learn_xor::main().unwrap();
}
