//! The shape of each kind of vehicle, of people and of things. Lengths in metres; the front is positive.

use super::{BodyPainter, Skin};
use crate::geometry::{Vec3, vec3};
use crate::raster::{hex, rgb};

impl BodyPainter<'_, '_> {
    pub(super) fn car(&mut self) {
        let w = 0.91;
        let body = [
            (2.24, 0.24, 0.80),
            (2.35, 0.52, 0.84),
            (2.22, 0.70, 0.86),
            (1.05, 0.93, w),
            (-1.72, 0.99, w),
            (-2.25, 0.93, 0.86),
            (-2.35, 0.55, 0.84),
            (-2.24, 0.24, 0.80),
        ];
        use Skin::{Dark, Glass, Paint};
        self.loft(&body, &[Dark, Paint, Paint, Paint, Paint, Paint, Paint], Paint);
        self.side_decal(&[(2.1, 0.30, w), (-2.1, 0.30, w), (-2.1, 0.22, w), (2.1, 0.22, w)], Dark);
        self.wheels(&[1.42, -1.38], w, 0.33);
        self.end_decal(2.352, (-0.5, 0.5), (0.34, 0.54), Dark);
        let cabin = [(1.12, 0.91, 0.84), (0.30, 1.40, 0.63), (-0.95, 1.44, 0.62), (-1.95, 0.97, 0.82)];
        self.loft(&cabin, &[Glass, Paint, Glass], Paint);
        self.side_decal(&[(0.86, 0.96, 0.83), (0.28, 1.34, 0.66), (-0.30, 1.37, 0.66), (-0.30, 0.98, 0.83)], Glass);
        self.side_decal(&[(-0.40, 0.98, 0.83), (-0.40, 1.37, 0.66), (-0.92, 1.36, 0.66), (-1.50, 1.0, 0.82)], Glass);
        self.lamps(2.36, -2.36, 0.86, 0.66, 0x2452B8);
    }

    pub(super) fn suv(&mut self) {
        let w = 0.96;
        use Skin::{Dark, Glass, Paint};
        let body = [
            (2.28, 0.30, 0.86),
            (2.37, 0.62, 0.90),
            (2.26, 0.92, 0.90),
            (1.15, 1.08, w),
            (-2.20, 1.12, w),
            (-2.36, 0.70, 0.90),
            (-2.28, 0.30, 0.86),
        ];
        self.loft(&body, &[Dark, Paint, Paint, Paint, Paint, Paint], Paint);
        self.side_decal(&[(2.1, 0.44, w), (-2.1, 0.44, w), (-2.1, 0.28, w), (2.1, 0.28, w)], Dark);
        self.wheels(&[1.44, -1.42], w, 0.37);
        self.end_decal(2.372, (-0.55, 0.55), (0.48, 0.78), Dark);
        let cabin = [(1.20, 1.05, 0.89), (0.46, 1.66, 0.71), (-1.75, 1.73, 0.70), (-2.24, 1.10, 0.86)];
        self.loft(&cabin, &[Glass, Paint, Glass], Paint);
        self.side_decal(&[(0.96, 1.11, 0.88), (0.44, 1.58, 0.74), (-0.25, 1.61, 0.74), (-0.25, 1.12, 0.88)], Glass);
        self.side_decal(&[(-0.35, 1.12, 0.88), (-0.35, 1.61, 0.74), (-1.62, 1.60, 0.74), (-1.92, 1.14, 0.87)], Glass);
        self.lamps(2.38, -2.37, 0.90, 0.86, 0x2452B8);
    }

    pub(super) fn van(&mut self) {
        let w = 1.0;
        use Skin::{Dark, Glass, Paint};
        let body = [
            (2.62, 0.30, 0.92),
            (2.70, 0.85, 0.95),
            (2.30, 1.12, 0.97),
            (1.60, 2.00, 0.86),
            (1.2, 2.16, 0.84),
            (-2.55, 2.18, 0.84),
            (-2.68, 1.0, 0.97),
            (-2.66, 0.30, 0.95),
        ];
        self.loft(&body, &[Dark, Paint, Glass, Paint, Paint, Paint, Paint], Paint);
        self.wheels(&[1.72, -1.62], 0.97, 0.36);
        self.side_decal(&[(2.12, 1.18, w), (1.62, 1.86, 0.90), (0.95, 1.90, 0.90), (0.95, 1.16, w)], Glass);
        self.side_decal(&[(0.80, 1.16, w), (0.80, 1.90, 0.90), (-2.35, 1.90, 0.90), (-2.45, 1.16, w)], Glass);
        self.end_decal(-2.69, (-0.75, 0.75), (1.25, 1.9), Glass);
        self.lamps(2.71, -2.70, 0.95, 0.82, 0x2452B8);
    }

    pub(super) fn bus(&mut self) {
        let w = 1.27;
        use Skin::{Dark, Glass, Own, Paint};
        let body = [
            (5.72, 0.32, 1.22),
            (5.80, 1.05, w),
            (5.66, 2.85, w),
            (5.30, 3.24, 1.16),
            (-5.5, 3.26, 1.16),
            (-5.78, 2.9, w),
            (-5.80, 0.35, 1.24),
        ];
        self.loft(&body, &[Paint, Glass, Paint, Paint, Paint, Paint], Paint);
        self.side_decal(&[(5.5, 1.45, w), (5.4, 2.62, w), (-5.4, 2.62, w), (-5.4, 1.45, w)], Glass);
        for pillar in 0..6 {
            let l = 4.2 - 1.7 * pillar as f32;
            self.side_decal(&[(l, 1.45, w), (l, 2.62, w), (l - 0.12, 2.62, w), (l - 0.12, 1.45, w)], Dark);
        }
        self.side_decal(&[(5.6, 0.95, w), (5.6, 1.15, w), (-5.6, 1.15, w), (-5.6, 0.95, w)], Own(hex(0xE6E3DA)));
        self.wheels(&[3.6, -3.2], w, 0.5);
        self.end_decal(-5.81, (-1.0, 1.0), (1.8, 2.7), Glass);
        // Air conditioning on the roof.
        self.loft(
            &[(1.2, 3.2, 0.85), (1.0, 3.48, 0.8), (-1.8, 3.48, 0.8), (-2.0, 3.2, 0.85)],
            &[Own(hex(0xD5D8D8)); 3],
            Own(hex(0xD5D8D8)),
        );
        self.lamps(5.81, -5.82, 1.22, 0.72, 0xE0B22A);
    }

    /// A cab whose front is at `front`; `high` metres tall.
    pub(super) fn cab(&mut self, front: f32, length: f32, high: f32) {
        use Skin::{Dark, Glass, Paint};
        let w = 1.22;
        let back = front - length;
        let body = [
            (front - 0.05, 0.42, 1.16),
            (front, 1.45, w),
            (front - 0.16, high - 0.35, 1.18),
            (front - 0.5, high, 1.10),
            (back, high, 1.10),
            (back, 0.5, 1.16),
        ];
        self.loft(&body, &[Paint, Glass, Paint, Paint, Dark], Paint);
        self.end_decal(front + 0.01, (-1.05, 1.05), (0.45, 0.95), Dark);
        self.side_decal(
            &[
                (front - 0.25, 1.5, w),
                (front - 0.35, high - 0.5, 1.18),
                (front - length * 0.66, high - 0.5, 1.18),
                (front - length * 0.66, 1.55, w),
            ],
            Glass,
        );
    }

    pub(super) fn cargo(&mut self, front: f32, rear: f32, low: f32, high: f32, skin: Skin) {
        let w = 1.25;
        let sections = [(front, low, w), (front, high, w), (rear, high, w), (rear, low, w)];
        self.loft(&sections, &[skin, skin, skin], skin);
        if !self.detailed {
            return;
        }
        // Ribs and the two doors.
        let count = ((front - rear) / 1.2) as usize;
        for rib in 1..count {
            let l = front - rib as f32 * 1.2;
            let strip = [(l, low + 0.1, w), (l, high - 0.1, w), (l - 0.09, high - 0.1, w), (l - 0.09, low + 0.1, w)];
            let shade = match skin {
                Skin::Own(colour) => Skin::Own(colour.scale(0.86)),
                _ => Skin::Own(self.actor.paint.scale(0.86)),
            };
            self.side_decal(&strip, shade);
        }
        self.end_decal(rear - 0.01, (-0.03, 0.03), (low, high), Skin::Dark);
        self.end_decal(rear - 0.01, (-1.2, 1.2), (low, low + 0.12), Skin::Own(hex(0xC8352C)));
    }

    pub(super) fn chassis(&mut self, front: f32, rear: f32) {
        let sections = [(front, 0.5, 0.9), (front, 0.98, 0.9), (rear, 0.98, 0.9), (rear, 0.5, 0.9)];
        self.loft(&sections, &[Skin::Dark; 3], Skin::Dark);
    }

    pub(super) fn nearer_is_front(&self) -> bool {
        self.forward.dot(self.painter.camera.eye - vec3(self.actor.x, self.actor.y, 0.0)) > 0.0
    }

    pub(super) fn truck(&mut self) {
        self.chassis(4.2, -4.25);
        self.wheels(&[3.1, -2.3, -3.4], 1.2, 0.5);
        let cargo = Skin::Own(self.actor.paint);
        if self.nearer_is_front() {
            self.cargo(2.25, -4.3, 1.0, 3.4, cargo);
            self.cab(4.3, 1.9, 2.75);
        } else {
            self.cab(4.3, 1.9, 2.75);
            self.cargo(2.25, -4.3, 1.0, 3.4, cargo);
        }
        self.lamps(4.31, -4.31, 1.15, 0.85, 0xE0B22A);
    }

    pub(super) fn trailer(&mut self) {
        self.chassis(8.0, -8.1);
        self.wheels(&[6.9, 3.9, 2.7, -4.6, -5.9, -7.2], 1.2, 0.52);
        const BOXES: [u32; 5] = [0x9C3B2E, 0x2D5F8B, 0x3F6E52, 0xB9BDBE, 0xB0762F];
        let colour = hex(BOXES[usize::try_from(self.actor.track % 5).unwrap_or(0)]);
        if self.nearer_is_front() {
            self.cargo(5.4, -8.2, 1.15, 3.95, Skin::Own(colour));
            self.cab(8.2, 2.3, 3.5);
        } else {
            self.cab(8.2, 2.3, 3.5);
            self.cargo(5.4, -8.2, 1.15, 3.95, Skin::Own(colour));
        }
        self.lamps(8.21, -8.21, 1.16, 0.9, 0xE0B22A);
    }

    pub(super) fn tanker(&mut self) {
        self.chassis(5.4, -5.5);
        self.wheels(&[4.3, -2.6, -3.9, -5.0], 1.2, 0.5);
        if self.nearer_is_front() {
            self.tank(3.1, -5.5);
            self.cab(5.6, 2.0, 3.0);
        } else {
            self.cab(5.6, 2.0, 3.0);
            self.tank(3.1, -5.5);
        }
        self.lamps(5.61, -5.61, 1.15, 0.88, 0xE0B22A);
    }

    /// A lying cylinder with an orange stripe.
    pub(super) fn tank(&mut self, front: f32, rear: f32) {
        const SIDES: usize = 14;
        let (middle, radius) = (2.15, 1.18);
        let rim = |index: usize| {
            let angle = index as f32 / SIDES as f32 * std::f32::consts::TAU;
            (angle.cos() * radius, middle + angle.sin() * radius * 0.98)
        };
        let alpha = self.alpha();
        let end = if self.nearer_is_front() { front } else { rear };
        for index in 0..SIDES {
            let ((r0, z0), (r1, z1)) = (rim(index), rim(index + 1));
            let angle = (index as f32 + 0.5) / SIDES as f32 * std::f32::consts::TAU;
            let normal = self.right * angle.cos() + vec3(0.0, 0.0, angle.sin());
            let corners =
                [self.at(front, r0, z0), self.at(front, r1, z1), self.at(rear, r1, z1), self.at(rear, r0, z0)];
            if self.facing(normal, corners[0]) {
                let colour = self.skin(Skin::Paint, normal);
                self.painter.flat(&corners, colour, alpha);
                let stripe = angle.sin().abs() < 0.25;
                if stripe && self.detailed {
                    let colour = self.skin(Skin::Own(hex(0xD9742B)), normal);
                    self.painter.flat(&corners, colour, alpha);
                }
            }
        }
        let cap: Vec<Vec3> = (0..SIDES)
            .map(|index| {
                let (r, z) = rim(index);
                self.at(end, r, z)
            })
            .collect();
        let colour = self.skin(Skin::Own(self.actor.paint.scale(0.82)), self.forward * end.signum());
        self.painter.flat(&cap, colour, alpha);
        self.end_decal(end + end.signum() * 0.01, (-0.32, 0.32), (1.9, 2.5), Skin::Own(hex(0xD98A2B)));
    }

    pub(super) fn motorcycle(&mut self) {
        use Skin::{Dark, Own};
        self.wheels(&[0.68, -0.68], 0.06, 0.31);
        let frame = [(0.75, 0.45, 0.14), (0.55, 0.95, 0.2), (-0.3, 0.85, 0.2), (-0.95, 0.75, 0.14), (-0.6, 0.35, 0.14)];
        self.loft(&frame, &[Dark, Skin::Paint, Dark, Dark], Skin::Paint);
        let coat = Own(hex(0x39506B));
        let rider = [(0.2, 0.8, 0.22), (0.18, 1.38, 0.26), (-0.18, 1.42, 0.26), (-0.35, 0.8, 0.24)];
        self.loft(&rider, &[coat, coat, coat], coat);
        let helmet = Own(hex(0xB9302C));
        let head = [(0.2, 1.42, 0.13), (0.16, 1.68, 0.13), (-0.08, 1.7, 0.13), (-0.12, 1.42, 0.13)];
        self.loft(&head, &[Dark, helmet, helmet], helmet);
        if self.painter.light.lamps {
            self.emit(0.8, 0.0, 0.85, rgb(1.0, 0.96, 0.86), 0.12);
            self.emit(-1.0, 0.0, 0.75, rgb(0.72, 0.06, 0.05), 0.08);
        }
    }

    pub(super) fn pedestrian(&mut self) {
        use Skin::{Own, Paint};
        let swing = if self.actor.speed_mps > 0.2 {
            (self.time_ms as f32 / 1000.0 * std::f32::consts::TAU * 0.95).sin() * 0.26
        } else {
            0.05
        };
        let trousers = Own(hex(0x2C3038));
        for (sign, reach) in [(-1.0f32, swing), (1.0, -swing)] {
            let r = sign * 0.09;
            let corners = [
                self.at(-0.07, r - 0.075, 0.86),
                self.at(0.07, r + 0.075, 0.86),
                self.at(reach + 0.08, r + 0.06, 0.02),
                self.at(reach - 0.08, r - 0.06, 0.02),
            ];
            let colour = self.skin(trousers, vec3(0.0, 0.0, 0.4));
            let alpha = self.alpha();
            self.painter.flat(&corners, colour, alpha);
            self.limb(r, reach);
        }
        let torso = [(0.12, 0.82, 0.17), (0.14, 1.40, 0.23), (-0.12, 1.44, 0.23), (-0.12, 0.82, 0.17)];
        self.loft(&torso, &[Paint, Paint, Paint], Paint);
        let face = Own(hex(0xB98B6B));
        let hair = Own(hex(0x1E1B1A));
        let head = [(0.10, 1.46, 0.08), (0.10, 1.66, 0.085), (-0.04, 1.73, 0.08), (-0.11, 1.50, 0.08)];
        self.loft(&head, &[face, hair, hair], face);
    }

    /// A leg as seen from the front, so that it has width from every side.
    pub(super) fn limb(&mut self, r: f32, reach: f32) {
        let corners = [
            self.at(0.0, r - 0.08, 0.86),
            self.at(0.0, r + 0.08, 0.86),
            self.at(reach, r + 0.06, 0.02),
            self.at(reach, r - 0.06, 0.02),
        ];
        let colour = self.skin(Skin::Own(hex(0x262A31)), vec3(0.0, 0.0, 0.3));
        let alpha = self.alpha();
        self.painter.flat(&corners, colour, alpha);
    }

    pub(super) fn debris(&mut self) {
        let w = 0.4;
        let skin = Skin::Paint;
        let sections = [(0.5, 0.0, w), (0.5, 0.62, w), (-0.5, 0.66, w), (-0.5, 0.0, w)];
        self.loft(&sections, &[skin, skin, skin], skin);
        self.side_decal(
            &[(0.08, 0.0, w), (0.08, 0.64, w), (-0.08, 0.64, w), (-0.08, 0.0, w)],
            Skin::Own(hex(0xC9B48A)),
        );
    }
}
