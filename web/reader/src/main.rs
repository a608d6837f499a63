//! Starts a worker that reads files, in the role that its name says.

fn main() {
    console_error_panic_hook::set_once();
    lnn_web::workers::start_reader();
}
