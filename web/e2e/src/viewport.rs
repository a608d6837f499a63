//! What the page believes about the screen, the person and the network.

use anyhow::Result;
use serde_json::{Value, json};

use crate::Page;

/// A screen and the wishes of the person before it.
#[derive(Clone, Copy, Debug)]
pub struct Viewport {
    /// CSS pixels.
    pub width: u32,
    /// CSS pixels.
    pub height: u32,
    /// `prefers-color-scheme: dark`.
    pub is_dark: bool,
    /// `prefers-reduced-motion: reduce`.
    pub is_motion_reduced: bool,
    /// A phone: touch, two device pixels per CSS pixel.
    pub is_mobile: bool,
}

impl Viewport {
    /// 1440 × 900, light.
    pub const DESKTOP: Self =
        Self { width: 1440, height: 900, is_dark: false, is_motion_reduced: false, is_mobile: false };
    /// 390 × 844, light, touch.
    pub const PHONE: Self = Self { width: 390, height: 844, is_mobile: true, ..Self::DESKTOP };

    /// The same in the dark.
    #[must_use]
    pub const fn dark(self) -> Self {
        Self { is_dark: true, ..self }
    }

    /// The same with reduced motion.
    #[must_use]
    pub const fn reduced_motion(self) -> Self {
        Self { is_motion_reduced: true, ..self }
    }
}

impl Page {
    /// Changes screen and wishes while the page runs.
    ///
    /// # Errors
    /// When the page is gone.
    pub fn set_viewport(&self, viewport: &Viewport) -> Result<()> {
        let Viewport { width, height, is_dark, is_motion_reduced, is_mobile } = *viewport;
        let scale = if is_mobile { 2 } else { 1 };
        self.call(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": is_mobile }),
        )?;
        self.call("Emulation.setTouchEmulationEnabled", json!({ "enabled": is_mobile }))?;
        let features = json!([
            { "name": "prefers-color-scheme", "value": if is_dark { "dark" } else { "light" } },
            { "name": "prefers-reduced-motion", "value": if is_motion_reduced { "reduce" } else { "no-preference" } },
        ]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": features })).map(drop)
    }

    /// Cuts the network off, or connects it again, for the page and all its workers.
    ///
    /// # Errors
    /// When the page is gone.
    pub fn set_offline(&self, is_offline: bool) -> Result<()> {
        self.greet(is_offline);
        let sessions: Vec<_> =
            self.log.borrow().attached.iter().map(|attached| attached.session.clone()).collect();
        for session in sessions {
            self.send_to(&session, "Network.emulateNetworkConditions", offline_conditions(is_offline))?;
        }
        self.call("Network.emulateNetworkConditions", offline_conditions(is_offline)).map(drop)
    }
}

/// -1: as fast as it goes.
pub(crate) fn offline_conditions(is_offline: bool) -> Value {
    json!({ "offline": is_offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 })
}
