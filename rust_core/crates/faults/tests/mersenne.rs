//! The generator against Python's `random.Random`.

use qiki_faults::Mersenne;

fn draws(seed: u64, skip: usize) -> [f64; 3] {
    let mut twister = Mersenne::new(seed);
    for _ in 0..skip {
        twister.random();
    }
    std::array::from_fn(|_| twister.random())
}

#[test]
fn it_draws_what_python_draws() {
    assert_eq!(
        draws(0, 0),
        [0.8444218515250481, 0.7579544029403025, 0.420571580830845]
    );
    assert_eq!(
        draws(1, 0),
        [0.13436424411240122, 0.8474337369372327, 0.763774618976614]
    );
    assert_eq!(
        draws(4294967295, 0),
        [0.6353574441341173, 0.20319993954407756, 0.6073666030347188]
    );
    assert_eq!(
        draws(4294967296, 0),
        [0.11299430095636409, 0.41782886486292836, 0.0166763664992291]
    );
    assert_eq!(
        draws(9235717715756010375, 0),
        [0.8364978546555587, 0.5745921007277924, 0.004139005033561793]
    );
    assert_eq!(
        draws(42, 1000),
        [0.09935462460613032, 0.6856802654812854, 0.5444658614821449]
    );
}
