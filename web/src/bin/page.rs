//! Starts the page.

fn main() {
    console_error_panic_hook::set_once();
    yew::Renderer::<lnn_web::page::app::App>::new().render();
}
