//! What the RFCs and the authors of other implementations came to.

use ecdsa::signature::hazmat::PrehashVerifier as _;
use rsa::BigUint;
use rsa::pkcs8::EncodePrivateKey as _;

use super::*;
use crate::{base64url, keys};

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<_> = text.chars().filter(|c| !c.is_whitespace()).collect();
    assert!(digits.len().is_multiple_of(2), "{text}");
    let octet = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap();
    digits.chunks(2).map(octet).collect()
}

fn decoded(text: &str) -> Vec<u8> {
    base64url::decode(text).unwrap()
}

/// A JWS signing input (RFC 7515 section 5.1 step 5).
fn input(header: &str, payload: &str) -> Vec<u8> {
    let encode = |text: &str| base64url::encode(text.as_bytes());
    format!("{}.{}", encode(header), encode(payload)).into_bytes()
}

/// The key of a private scalar.
fn ec_key(kind: KeyKind, scalar: &[u8]) -> PrivateKey {
    PrivateKey(match kind {
        KeyKind::P256 => Inner::P256(ecdsa::SigningKey::from_slice(scalar).unwrap()),
        KeyKind::P384 => Inner::P384(ecdsa::SigningKey::from_slice(scalar).unwrap()),
        KeyKind::P521 => Inner::P521(ecdsa::SigningKey::from_slice(scalar).unwrap()),
        KeyKind::Secp256k1 => Inner::Secp256k1(ecdsa::SigningKey::from_slice(scalar).unwrap()),
        KeyKind::Hmac | KeyKind::Rsa | KeyKind::Ed25519 => panic!("{kind:?} has no scalar"),
    })
}

/// The claims set of RFC 7515 appendices A.1 to A.3, with its line breaks.
const CLAIMS: &str = "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";

#[test]
fn hmac_with_sha_2_gives_the_answers_of_rfc_4231() {
    struct Case {
        secret: Vec<u8>,
        input: &'static [u8],
        hs256: &'static str,
        hs384: &'static str,
        hs512: &'static str,
    }
    let cases = [
        Case {
            secret: vec![0x0b; 20],
            input: b"Hi There",
            hs256: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            hs384: "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c
                    faea9ea9076ede7f4af152e8b2fa9cb6",
            hs512: "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde
                    daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
        },
        Case {
            secret: b"Jefe".to_vec(),
            input: b"what do ya want for nothing?",
            hs256: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            hs384: "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e
                    8e2240ca5e69e2c78b3239ecfab21649",
            hs512: "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554
                    9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
        },
        Case {
            secret: vec![0xaa; 131],
            input: b"Test Using Larger Than Block-Size Key - Hash Key First",
            hs256: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            hs384: "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c6
                    0c2ef6ab4030fe8296248df163f44952",
            hs512: "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352
                    6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598",
        },
    ];
    for Case { secret, input, hs256, hs384, hs512 } in cases {
        for (algorithm, expected) in
            [(Algorithm::HS256, hs256), (Algorithm::HS384, hs384), (Algorithm::HS512, hs512)]
        {
            assert_eq!(hmac(&secret, algorithm, input), Ok(hex(expected)), "{algorithm}");
        }
    }
}

#[test]
fn an_empty_secret_signs_too() {
    // HMAC-SHA-256 of nothing under nothing, as OpenSSL and Python compute it.
    let expected = hex("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
    assert_eq!(hmac(b"", Algorithm::HS256, b""), Ok(expected.clone()));
    let key = PrivateKey::new(&keys::all()["hmac-empty"]).unwrap();
    assert_eq!(key.sign(Algorithm::HS256, b""), Ok(expected));
}

#[test]
fn hs256_gives_the_signature_of_rfc_7515_a_1() {
    let secret =
        decoded("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
    let input = input("{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}", CLAIMS);
    assert_eq!(
        str::from_utf8(&input),
        Ok("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
            eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ")
    );
    let signature = hmac(&secret, Algorithm::HS256, &input).unwrap();
    assert_eq!(base64url::encode(&signature), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

#[test]
fn rs256_gives_the_signature_of_rfc_7515_a_2() {
    let n = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEz\
             P1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf6\
             3kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5Zw\
             Kh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRW\
             yuXpoQ";
    let d = "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7Y\
             wVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3M\
             kqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1Zd\
             iYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRu\
             OopznQ";
    let p = "4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB\
             0Hw_Py5PJdTJNPY8cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDw\
             GUc";
    let q = "uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul\
             7TjeLQeZD_YwD66t62wDmpe_HlB-TnBA-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9R\
             Wdc";
    let expected = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W\
         2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkS\
         jtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnv\
         Wh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

    let number = |text| BigUint::from_bytes_be(&decoded(text));
    let key =
        RsaPrivateKey::from_components(number(n), number("AQAB"), number(d), vec![number(p), number(q)])
            .unwrap();
    let der = key.to_pkcs8_der().unwrap().as_bytes().to_vec();
    let key = PrivateKey(Inner::Rsa { key: Box::new(key), der });
    let signature = key.sign(Algorithm::RS256, &input("{\"alg\":\"RS256\"}", CLAIMS)).unwrap();
    assert_eq!(base64url::encode(&signature), expected);
}

/// The RFC's own ECDSA signatures were made with random nonces: they verify, and so does ours.
#[test]
fn es256_verifies_like_the_signature_of_rfc_7515_a_3() {
    let scalar = decoded("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI");
    let point = format!(
        "04{}",
        "7fcdce2770f6c45d4183cbee6fdb4b7b580733357be9ef13bacf6e3c7bd15445\
         c7f144cd1bbd9b7e872cdfedb9eeb9f4b3695d6ea90b24ad8a4623288588e5ad"
    );
    let input = input("{\"alg\":\"ES256\"}", CLAIMS);
    let theirs =
        decoded("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
    let ours = ec_key(KeyKind::P256, &scalar).sign(Algorithm::ES256, &input).unwrap();
    let verifier = p256::ecdsa::VerifyingKey::from_sec1_bytes(&hex(&point)).unwrap();
    for signature in [theirs, ours] {
        let signature = p256::ecdsa::Signature::from_slice(&signature).unwrap();
        verifier.verify_prehash(&Hash::Sha256.digest(&[&input]), &signature).unwrap();
    }
}

#[test]
fn es512_verifies_like_the_signature_of_rfc_7515_a_4() {
    let scalar =
        decoded("AY5pb7A0UFiB3RELSD64fTLOSV_jazdF7fLYyuTw8lOfRhWg6Y6rUrPAxerEzgdRhajnu0ferB0d53vM9mE15j2C");
    let x = "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk";
    let y = "ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2";
    let point = [vec![0x04], decoded(x), decoded(y)].concat();
    let input = input("{\"alg\":\"ES512\"}", "Payload");
    let theirs = decoded(
        "AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7Xdt\
         AG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn",
    );
    let ours = ec_key(KeyKind::P521, &scalar).sign(Algorithm::ES512, &input).unwrap();
    let verifier = p521::ecdsa::VerifyingKey::from_sec1_bytes(&point).unwrap();
    for signature in [theirs, ours] {
        let signature = p521::ecdsa::Signature::from_slice(&signature).unwrap();
        verifier.verify_prehash(&Hash::Sha512.digest(&[&input]), &signature).unwrap();
    }
}

#[test]
fn eddsa_gives_the_signature_of_rfc_8037_a_4() {
    let seed = decoded("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
    let key = ed25519_dalek::SigningKey::from_bytes(&seed.try_into().unwrap());
    assert_eq!(
        base64url::encode(key.verifying_key().as_bytes()),
        "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    );
    let input = input("{\"alg\":\"EdDSA\"}", "Example of Ed25519 signing");
    let signature = PrivateKey(Inner::Ed25519(Box::new(key))).sign(Algorithm::EdDSA, &input);
    assert_eq!(
        base64url::encode(&signature.unwrap()),
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    );
}

const P256_SCALAR: &str = "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721";
const P384_SCALAR: &str = "6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D8
                           96D5724E4C70A825F872C9EA60D2EDF5";
const P521_SCALAR: &str = "00FAD06DAA62BA3B25D2FB40133DA757205DE67F5BB0018FEE8C86E1B68C7E75
                           CAA896EB32F1F47C70855836A6D16FCC1466F6D8FBEC67DB89EC0C08B0E996B8
                           3538";

/// RFC 6979 appendices A.2.5, A.2.6 and A.2.7, message `sample`, with every hash that JWS has: also
/// the hashes that are shorter or longer than the order of the curve.
#[test]
fn ecdsa_gives_the_signatures_of_rfc_6979_with_every_hash_on_every_curve() {
    for (kind, scalar, algorithm, r, s) in [
        (
            KeyKind::P256,
            P256_SCALAR,
            Algorithm::ES256,
            "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
            "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
        ),
        (
            KeyKind::P256,
            P256_SCALAR,
            Algorithm::ES384,
            "0EAFEA039B20E9B42309FB1D89E213057CBF973DC0CFC8F129EDDDC800EF7719",
            "4861F0491E6998B9455193E34E7B0D284DDD7149A74B95B9261F13ABDE940954",
        ),
        (
            KeyKind::P256,
            P256_SCALAR,
            Algorithm::ES512,
            "8496A60B5E9B47C825488827E0495B0E3FA109EC4568FD3F8D1097678EB97F00",
            "2362AB1ADBE2B8ADF9CB9EDAB740EA6049C028114F2460F96554F61FAE3302FE",
        ),
        (
            KeyKind::P384,
            P384_SCALAR,
            Algorithm::ES256,
            "21B13D1E013C7FA1392D03C5F99AF8B30C570C6F98D4EA8E354B63A21D3DAA33
             BDE1E888E63355D92FA2B3C36D8FB2CD",
            "F3AA443FB107745BF4BD77CB3891674632068A10CA67E3D45DB2266FA7D1FEEB
             EFDC63ECCD1AC42EC0CB8668A4FA0AB0",
        ),
        (
            KeyKind::P384,
            P384_SCALAR,
            Algorithm::ES384,
            "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C
             81A648152E44ACF96E36DD1E80FABE46",
            "99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94F
             A329C145786E679E7B82C71A38628AC8",
        ),
        (
            KeyKind::P384,
            P384_SCALAR,
            Algorithm::ES512,
            "ED0959D5880AB2D869AE7F6C2915C6D60F96507F9CB3E047C0046861DA4A799C
             FE30F35CC900056D7C99CD7882433709",
            "512C8CCEEE3890A84058CE1E22DBC2198F42323CE8ACA9135329F03C068E5112
             DC7CC3EF3446DEFCEB01A45C2667FDD5",
        ),
        (
            KeyKind::P521,
            P521_SCALAR,
            Algorithm::ES256,
            "01511BB4D675114FE266FC4372B87682BAECC01D3CC62CF2303C92B352601265
             9D16876E25C7C1E57648F23B73564D67F61C6F14D527D54972810421E7D87589
             E1A7",
            "004A171143A83163D6DF460AAF61522695F207A58B95C0644D87E52AA1A34791
             6E4F7A72930B1BC06DBE22CE3F58264AFD23704CBB63B29B931F7DE6C9D949A7
             ECFC",
        ),
        (
            KeyKind::P521,
            P521_SCALAR,
            Algorithm::ES384,
            "01EA842A0E17D2DE4F92C15315C63DDF72685C18195C2BB95E572B9C5136CA4B
             4B576AD712A52BE9730627D16054BA40CC0B8D3FF035B12AE75168397F5D50C6
             7451",
            "01F21A3CEE066E1961025FB048BD5FE2B7924D0CD797BABE0A83B66F1E35EEAF
             5FDE143FA85DC394A7DEE766523393784484BDF3E00114A1C857CDE1AA203DB6
             5D61",
        ),
        (
            KeyKind::P521,
            P521_SCALAR,
            Algorithm::ES512,
            "00C328FAFCBD79DD77850370C46325D987CB525569FB63C5D3BC53950E6D4C5F
             174E25A1EE9017B5D450606ADD152B534931D7D4E8455CC91F9B15BF05EC36E3
             77FA",
            "00617CCE7CF5064806C467F678D3B4080D6F1CC50AF26CA209417308281B68AF
             282623EAA63E5B5C0723D8B8C37FF0777B1A20F8CCB1DCCC43997F1EE0E44DA4
             A67A",
        ),
    ] {
        let signature = ec_key(kind, &hex(scalar)).sign(algorithm, b"sample").unwrap();
        assert_eq!(signature, [hex(r), hex(s)].concat(), "{algorithm} with {kind:?}");
    }
}

/// RFC 6979 has no answers for secp256k1; this one is in the test suites of many Bitcoin
/// implementations (and low-S already).
#[test]
fn es256k_gives_the_signature_that_bitcoin_implementations_test_with() {
    let mut one = [0; 32];
    one[31] = 1;
    let key = ec_key(KeyKind::Secp256k1, &one);
    assert_eq!(
        key.sign(Algorithm::ES256K, b"Satoshi Nakamoto"),
        Ok(hex("934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8
                2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5"))
    );
}

#[test]
fn pss_signatures_verify_with_a_salt_as_long_as_the_hash() {
    let private = PrivateKey::new(&keys::all()["rsa-2048"]).unwrap();
    let Inner::Rsa { key, .. } = &private.0 else { panic!("an RSA key") };
    let public = key.to_public_key();
    for algorithm in [Algorithm::PS256, Algorithm::PS384, Algorithm::PS512] {
        let hash = Hash::of(algorithm);
        let signature = private.sign(algorithm, b"input").unwrap();
        let digest = hash.digest(&[b"input"]);
        // `Pss::new` expects that length of salt and no other.
        let padding = match hash {
            Hash::Sha256 => Pss::new::<rsa::sha2::Sha256>(),
            Hash::Sha384 => Pss::new::<rsa::sha2::Sha384>(),
            Hash::Sha512 => Pss::new::<rsa::sha2::Sha512>(),
        };
        public.verify(padding, &digest, &signature).unwrap();
    }
}

#[test]
fn a_pss_salt_depends_on_the_key_and_on_the_input() {
    let salt = |key: &str, input: &[u8]| {
        let private = PrivateKey::new(&keys::all()[key]).unwrap();
        let Inner::Rsa { der, .. } = private.0 else { panic!("an RSA key") };
        pss_salt(Hash::Sha256, &der, input)
    };
    assert_eq!(salt("rsa-2048", b"one"), salt("rsa-2048", b"one"));
    assert_ne!(salt("rsa-2048", b"one"), salt("rsa-2048", b"two"));
    assert_ne!(salt("rsa-2048", b"one"), salt("rsa-2048-foreign", b"one"));
}
