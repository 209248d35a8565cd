//! Webhooks: where requests may go, and how they are signed, by [Standard
//! Webhooks](https://www.standardwebhooks.com).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::DeliveryError;

/// What a secret begins with.
pub const PREFIX: &str = "whsec_";

/// A secret as its owner is shown it.
pub fn secret_text(key: &[u8]) -> String {
    format!("{PREFIX}{}", STANDARD.encode(key))
}

/// The key behind a secret.
///
/// # Errors
///
/// [`DeliveryError::Secret`] for a text that is none.
pub fn key(secret: &str) -> Result<Vec<u8>, DeliveryError> {
    let text = secret.strip_prefix(PREFIX).ok_or(DeliveryError::Secret)?;
    STANDARD.decode(text).map_err(|_| DeliveryError::Secret)
}

/// The header `webhook-signature` of the request `id`, sent at `timestamp` (seconds since 1970), with
/// this body.
///
/// # Errors
///
/// [`DeliveryError::Secret`] for a key that cannot be one.
pub fn signature(
    key: &[u8],
    id: &str,
    timestamp: i64,
    body: &str,
) -> Result<String, DeliveryError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| DeliveryError::Secret)?;
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

/// Whether requests to `address` leave the house: not to this machine, its neighbours or what belongs
/// to nobody.
pub fn is_outside(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => is_outside_v4(v4),
        IpAddr::V6(v6) => is_outside_v6(v6),
    }
}

/// Blocks of RFC 6890 that are no public addresses: first address and length of the prefix.
const INSIDE_V4: [([u8; 4], u32); 14] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    // Multicast, reserved, broadcast.
    ([224, 0, 0, 0], 3),
];

fn is_outside_v4(address: Ipv4Addr) -> bool {
    let bits = address.to_bits();
    !INSIDE_V4.iter().any(|(first, length)| {
        let first = Ipv4Addr::from(*first).to_bits();
        (bits ^ first) >> (32 - length) == 0
    })
}

/// Only what is given out as global unicast, without those that carry another address within: a
/// translator or tunnel would lead back inside.
fn is_outside_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        [0x2001, second, ..] => second >= 0x0200 && second != 0x0db8,
        [0x2002, ..] => false,
        [0x3fff, second, ..] => second >= 0x1000,
        [first, ..] => first >> 13 == 0b001,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector that libraries of Standard Webhooks are tested with.
    #[test]
    fn a_signature_is_the_one_that_others_compute() {
        let key = key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = signature(
            &key,
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(signed.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(secret_text(&key), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        assert_eq!(super::key("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), Err(DeliveryError::Secret));
    }

    #[test]
    fn nothing_within_the_house_counts_as_outside() {
        let outside = ["1.1.1.1", "114.114.114.114", "172.32.0.1", "100.128.0.1", "2400:3200::1"];
        for address in outside {
            assert!(is_outside(address.parse().unwrap()), "{address}");
        }
        let inside = [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "198.19.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "fe80::1",
            "fd00::1",
            "fc00::1",
            "ff02::1",
            "64:ff9b::7f00:1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "::7f00:1",
            "3fff::1",
        ];
        for address in inside {
            assert!(!is_outside(address.parse().unwrap()), "{address}");
        }
    }
}
