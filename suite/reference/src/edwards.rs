//! Encoded points of Ed25519 that need a closer look (RFC 8032 section 5.1).

/// The encoding of a point.
type Encoded = [u8; 32];

/// The points whose order divides 8, without the bit that tells the sign of the other coordinate: the coordinates 1
/// (order 1), -1 (order 2), 0 (order 4), and the two of order 8.
const SMALL_ORDER: [Encoded; 5] = [
    ends(0x01, 0x00, 0x00),
    ends(0xec, 0xff, 0x7f),
    ends(0x00, 0x00, 0x00),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5,
        0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a,
        0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
];

/// 32 octets, given by the first, the 30 between, and the last.
const fn ends(first: u8, between: u8, last: u8) -> Encoded {
    let mut all = [between; 32];
    all[0] = first;
    all[31] = last;
    all
}

/// Whether a canonical encoding is that of a point whose order divides 8.
pub(crate) fn has_small_order(point: &Encoded) -> bool {
    SMALL_ORDER.contains(&without_sign(point))
}

/// Whether the coordinate is less than p = 2^255 - 19 (RFC 8032 section 5.1.3 step 1), and a sign is only where the
/// other coordinate is not 0 (step 4).
pub(crate) fn is_canonical(point: &Encoded) -> bool {
    let coordinate = without_sign(point);
    let is_below_p =
        coordinate[31] < 0x7f || coordinate[1..31].iter().any(|octet| *octet < 0xff) || coordinate[0] < 0xed;
    let has_a_sign = coordinate != *point;
    is_below_p && !(has_a_sign && SMALL_ORDER[..2].contains(&coordinate))
}

fn without_sign(point: &Encoded) -> Encoded {
    let mut coordinate = *point;
    coordinate[31] &= 0x7f;
    coordinate
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_told_apart_by_their_encodings() {
        let flipped = |mut point: Encoded| {
            point[31] |= 0x80;
            point
        };
        let [neutral, order_2, order_4, order_8, _] = SMALL_ORDER;
        for (point, canonical, small) in [
            (neutral, true, true),
            (flipped(neutral), false, true),
            (order_2, true, true),
            (flipped(order_2), false, true),
            (order_4, true, true),
            (flipped(order_4), true, true),
            (flipped(order_8), true, true),
            // p, p + 1 and the greatest coordinate.
            (ends(0xed, 0xff, 0x7f), false, false),
            (ends(0xee, 0xff, 0x7f), false, false),
            (ends(0xff, 0xff, 0x7f), false, false),
            // p - 2, and the base point.
            (ends(0xeb, 0xff, 0x7f), true, false),
            (ends(0x58, 0x66, 0x66), true, false),
        ] {
            assert_eq!((is_canonical(&point), has_small_order(&point)), (canonical, small), "{point:02x?}");
        }
    }
}
