//! The page: views that are functions of [`crate::state::State`], and the shell that feeds them.
//!
//! In: the state's parts as properties. Out: elements, pictures on canvases, and [`Commands`]. No view holds state of the
//! run, computes with the network, or names a colour: colours come from the style sheet through
//! [`theme::Palette`]. Read next: `app.rs`.

pub mod app;
pub mod bridge;
pub mod canvas;
pub mod chart;
pub mod compare;
mod connect;
pub mod cost;
pub mod curves;
pub mod data;
mod download;
mod dress;
mod element;
pub mod events;
pub mod example_picture;
mod folder;
pub mod header;
pub mod inputs;
pub mod inspector;
mod letters;
mod modal;
pub mod network;
mod notice;
pub mod number;
mod patience;
pub mod replay;
mod run_files;
mod settings;
mod sheets;
pub mod theme;
pub mod timeline;
pub mod turns;

use crate::state::Action;

/// How a view asks for something; equal as long as it is the same callback.
pub type Commands = yew::Callback<Action>;
