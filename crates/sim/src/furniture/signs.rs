//! Sign gantries, stake plates and speed limits.

use super::{Furniture, Panel};
use crate::RoadShape;
use crate::conditions::Daylight;
use crate::font;
use crate::geometry::{Vec3, vec3};
use crate::raster::{Colour, hex, rgb, thick_line};
use crate::road::Roadway;

impl Furniture<'_> {
    /// A sign bridge over the carriageway that leads away, readable from the camera.
    pub(super) fn gantry(&mut self, road: &Roadway, s: f32, stake: &str) {
        let steel = hex(0x9BA1A4);
        let right = road.ramp.map_or(road.paved.1 + 1.2, |_| road.paved.1 + 5.4);
        for t in [0.0, right] {
            self.block(road, (s - 0.2, s + 0.2), (t - 0.2, t + 0.2), (0.0, 8.3), steel);
        }
        for z in [6.9, 8.1] {
            self.block(road, (s - 0.12, s + 0.12), (-0.2, right + 0.2), (z, z + 0.2), steel);
        }
        let mut t = 0.0;
        while t < right {
            self.block(road, (s - 0.08, s + 0.08), (t, t + 0.1), (6.9, 8.2), steel);
            t += 1.5;
        }
        let code = stake.split_whitespace().next().unwrap_or("G42");
        let (names, numbers) = match self.network.shape {
            RoadShape::Bridge => (["RIVER", "CITY W"], ["2 KM", "9 KM"]),
            RoadShape::Ramp => (["SERVICE", "AIRPORT"], ["1 KM", "36 KM"]),
            _ => (["WUHAN", "NANJING"], ["52 KM", "218 KM"]),
        };
        const PANEL_M: f32 = 6.6;
        for (index, from) in [1.2, 8.6].into_iter().enumerate() {
            if from + PANEL_M > right + 1.0 {
                continue;
            }
            let panel = self.panel(road, s - 0.25, from, 9.7);
            self.sign_face(panel, PANEL_M, 3.5, hex(0x0B6B43), 0.0);
            self.text(panel, 0.45, 0.5, 1.0, names[index], hex(0xF4F6F4));
            self.text(panel, 0.45, 2.0, 1.0, numbers[index], hex(0xF4F6F4));
            if numbers[index].len() < 6 {
                let plate = Panel { corner: panel.at(PANEL_M - 2.2, 1.85), ..panel };
                self.sign_face(plate, 1.9, 1.3, hex(0xB3202A), 0.5);
                self.text(plate, 0.28, 0.36, 0.6, code, hex(0xF4F6F4));
            }
        }
    }

    pub(super) fn panel(&self, road: &Roadway, s: f32, t: f32, top: f32) -> Panel {
        let heading = road.alignment.heading_at(s);
        Panel {
            corner: road.alignment.place3(s, t, top),
            along: vec3(heading.cos(), -heading.sin(), 0.0),
            down: vec3(0.0, 0.0, -1.0),
        }
    }

    /// A panel with a white rim; `nearer_m` lifts it over what it is mounted on.
    pub(super) fn sign_face(&mut self, panel: Panel, width: f32, height: f32, colour: Colour, nearer_m: f32) {
        let toward = (self.camera.eye - panel.corner).normal();
        let normal = vec3(toward.x, toward.y, 0.25).normal();
        // Sheeting throws light back: signs are brighter than what is around them at night.
        let glow = if self.light.daylight == Daylight::Night { 0.55 } else { 0.12 };
        for (inset, colour) in [(0.0, hex(0xEFF2EF)), (0.09, colour)] {
            let corners = panel.rect(inset, inset, width - 2.0 * inset, height - 2.0 * inset);
            let lit = colour.tint(self.light.on(normal).plus(rgb(glow, glow, glow)));
            self.push_sorted(corners, lit, panel.corner, nearer_m + 0.02 + inset);
        }
    }

    /// Adds a face whose order within its sign is given by `nearer_m`.
    pub(super) fn push_sorted(&mut self, corners: Vec<Vec3>, lit: Colour, reference: Vec3, nearer_m: f32) {
        let before = self.faces.len();
        self.push_bright(corners, reference, lit);
        if let Some(face) = self.faces.get_mut(before) {
            face.depth -= nearer_m;
        }
    }

    pub(super) fn text(&mut self, panel: Panel, x: f32, y: f32, size: f32, text: &str, colour: Colour) {
        let lit = if self.light.daylight == Daylight::Night { colour.scale(0.8) } else { colour.scale(0.95) };
        for (index, character) in text.chars().enumerate() {
            let left = x + index as f32 * size * font::ADVANCE * 0.86;
            for stroke in font::glyph(character) {
                for pair in stroke.windows(2) {
                    let quad = thick_line(pair[0], pair[1], 0.15);
                    let corners = quad.iter().map(|p| panel.at(left + p.x * size * 0.86, y + p.y * size)).collect();
                    self.push_sorted(corners, lit, panel.corner, 0.9);
                }
            }
        }
    }

    /// Stake plate and speed limit at the right edge.
    pub(super) fn small_signs(&mut self, road: &Roadway, stake: &str) {
        let t = road.ramp.map_or(road.paved.1 + 0.9, |_| road.paved.1 + 5.0);
        let code = stake.split_whitespace().nth(1).unwrap_or("K128");
        self.block(road, (46.0, 46.1), (t + 0.85, t + 0.95), (0.0, 2.6), hex(0x9BA1A4));
        let panel = self.panel(road, 45.9, t, 3.0);
        self.sign_face(panel, 1.9, 0.85, hex(0x0B6B43), 0.0);
        self.text(panel, 0.12, 0.22, 0.40, &code.chars().take(5).collect::<String>(), hex(0xF4F6F4));
        let s = 74.0;
        self.block(road, (s, s + 0.1), (t + 0.55, t + 0.65), (0.0, 4.3), hex(0x9BA1A4));
        let limit = self.panel(road, s - 0.1, t + 0.6, 3.6);
        for (radius, colour, nearer) in [(0.75, hex(0xC3202B), 0.05), (0.58, hex(0xF2F3F0), 0.2)] {
            let corners = (0..20)
                .map(|index| {
                    let angle = index as f32 / 20.0 * std::f32::consts::TAU;
                    limit.at(angle.cos() * radius, angle.sin() * radius)
                })
                .collect();
            let lit = colour.tint(self.light.on(vec3(0.0, -1.0, 0.2)).plus(rgb(0.12, 0.12, 0.12)));
            self.push_sorted(corners, lit, limit.corner, nearer);
        }
        let text = if self.network.shape == RoadShape::Bridge { "80" } else { "120" };
        let width = text.len() as f32 * 0.5 * font::ADVANCE * 0.86;
        self.text(limit, -width / 2.0 + 0.03, -0.27, 0.5, text, hex(0x15171A));
    }
}
