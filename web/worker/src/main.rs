//! Starts the worker that trains.

fn main() {
    console_error_panic_hook::set_once();
    lnn_web::workers::start_trainer();
}
