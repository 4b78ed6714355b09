//! Three-vectors, symmetric matrices and scalar-last quaternions, as plain arrays.

use qiki_craft::{Quat, Vec3};

/// A 3 x 3 matrix by rows.
pub(crate) type Mat3 = [Vec3; 3];

pub(crate) fn add(a: Vec3, b: Vec3) -> Vec3 {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

pub(crate) fn sub(a: Vec3, b: Vec3) -> Vec3 {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

pub(crate) fn scale(k: f64, a: Vec3) -> Vec3 {
    [k * a[0], k * a[1], k * a[2]]
}

/// `a + k b`
pub(crate) fn add_scaled(a: Vec3, k: f64, b: Vec3) -> Vec3 {
    [a[0] + k * b[0], a[1] + k * b[1], a[2] + k * b[2]]
}

pub(crate) fn dot(a: Vec3, b: Vec3) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(crate) fn cross(a: Vec3, b: Vec3) -> Vec3 {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

pub(crate) fn norm(a: Vec3) -> f64 {
    dot(a, a).sqrt()
}

pub(crate) fn mat_vec(m: &Mat3, v: Vec3) -> Vec3 {
    [dot(m[0], v), dot(m[1], v), dot(m[2], v)]
}

/// Determinant of a 3 x 3 matrix.
pub(crate) fn determinant(m: &Mat3) -> f64 {
    dot(m[0], cross(m[1], m[2]))
}

/// Inverse of a symmetric matrix whose determinant is not zero: its columns are the cross
/// products of its rows over the determinant.
pub(crate) fn inverse_symmetric(m: &Mat3) -> Mat3 {
    let k = 1.0 / determinant(m);
    [
        scale(k, cross(m[1], m[2])),
        scale(k, cross(m[2], m[0])),
        scale(k, cross(m[0], m[1])),
    ]
}

/// Hamilton product, scalar last.
pub(crate) fn quat_mul(a: Quat, b: Quat) -> Quat {
    [
        a[3] * b[0] + a[0] * b[3] + a[1] * b[2] - a[2] * b[1],
        a[3] * b[1] - a[0] * b[2] + a[1] * b[3] + a[2] * b[0],
        a[3] * b[2] + a[0] * b[1] - a[1] * b[0] + a[2] * b[3],
        a[3] * b[3] - a[0] * b[0] - a[1] * b[1] - a[2] * b[2],
    ]
}

pub(crate) fn quat_norm(q: Quat) -> f64 {
    (q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3]).sqrt()
}

pub(crate) fn quat_unit(q: Quat) -> Quat {
    let k = 1.0 / quat_norm(q);
    [k * q[0], k * q[1], k * q[2], k * q[3]]
}

/// Turns a body vector into the world by a unit quaternion: `v + 2 s (u x v) + 2 u x (u x v)`.
pub(crate) fn rotate(q: Quat, v: Vec3) -> Vec3 {
    let u = [q[0], q[1], q[2]];
    let t = scale(2.0, cross(u, v));
    add(add_scaled(v, q[3], t), cross(u, t))
}

/// The unit quaternion of a rotation vector, rad.
pub(crate) fn quat_of_rotation(rotation_rad: Vec3) -> Quat {
    let angle = norm(rotation_rad);
    // sin(x/2)/x needs its series where x/2 squared is lost against 6.
    let k = if angle < 1e-8 {
        0.5
    } else {
        libm::sin(0.5 * angle) / angle
    };
    let v = scale(k, rotation_rad);
    [v[0], v[1], v[2], libm::cos(0.5 * angle)]
}
