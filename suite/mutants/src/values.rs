//! How a mutant takes an audience or an issuer that is not a string for its own.

use serde_json::Value;

use crate::matching::longer;

/// A member of an object has ours for its name.
pub(crate) fn name_of_a_member(ours: &str, value: &Value) -> bool {
    value.as_object().is_some_and(|members| members.contains_key(ours))
}

/// A member of an object has ours for its value.
pub(crate) fn value_of_a_member(ours: &str, value: &Value) -> bool {
    value.as_object().is_some_and(|members| members.values().any(|value| value.as_str() == Some(ours)))
}

/// An object without members is no restriction.
pub(crate) fn empty_object(_: &str, value: &Value) -> bool {
    value.as_object().is_some_and(serde_json::Map::is_empty)
}

/// An array inside an array is looked into.
pub(crate) fn nested(ours: &str, value: &Value) -> bool {
    let inside =
        |one: &Value| one.as_array().is_some_and(|all| all.iter().any(|one| one.as_str() == Some(ours)));
    value.as_array().is_some_and(|all| all.iter().any(inside))
}

/// An array without elements is no restriction.
pub(crate) fn empty_array(_: &str, value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty)
}

/// The elements of an array are one text.
pub(crate) fn joined(ours: &str, value: &Value) -> bool {
    value.as_array().is_some_and(|all| {
        let texts: Vec<&str> = all.iter().filter_map(Value::as_str).collect();
        texts.len() > 1 && (texts.concat() == ours || texts.join("/") == ours)
    })
}

/// A number among the elements is a place in a list of ours.
pub(crate) fn numbers(_: &str, value: &Value) -> bool {
    value.as_array().is_some_and(|all| all.iter().any(Value::is_number))
}

/// A true among the elements is a yes.
pub(crate) fn truth(_: &str, value: &Value) -> bool {
    value.as_array().is_some_and(|all| all.iter().any(|one| one == &Value::Bool(true)))
}

/// A null among the elements is no restriction.
pub(crate) fn null_among(_: &str, value: &Value) -> bool {
    value.as_array().is_some_and(|all| all.iter().any(Value::is_null))
}

/// An object among the elements is looked into and found to have nothing against it.
pub(crate) fn object_among(_: &str, value: &Value) -> bool {
    value.as_array().is_some_and(|all| all.iter().any(Value::is_object))
}

/// An array among the elements has nothing against it.
pub(crate) fn array_among(_: &str, value: &Value) -> bool {
    value.as_array().is_some_and(|all| all.iter().any(Value::is_array))
}

/// An array of one is unwrapped, and its text compared like this.
fn lone(value: &Value, alike: impl Fn(&str) -> bool) -> bool {
    value.as_array().is_some_and(|all| all.len() == 1 && all[0].as_str().is_some_and(alike))
}

/// An array of one is unwrapped.
pub(crate) fn alone(ours: &str, value: &Value) -> bool {
    lone(value, |theirs| theirs == ours)
}

/// An array of one is unwrapped, and ours is the beginning of its text.
pub(crate) fn longer_alone(ours: &str, value: &Value) -> bool {
    lone(value, |theirs| longer(ours, theirs))
}

/// An array of one is unwrapped, and its text is the beginning of ours.
pub(crate) fn prefix_alone(ours: &str, value: &Value) -> bool {
    lone(value, |theirs| !theirs.is_empty() && ours.starts_with(theirs))
}

/// An array without any text is no restriction.
pub(crate) fn no_text_among(_: &str, value: &Value) -> bool {
    value.as_array().is_some_and(|all| !all.is_empty() && !all.iter().any(Value::is_string))
}

/// An object with a length is an array.
pub(crate) fn like_an_array(ours: &str, value: &Value) -> bool {
    value.get("length").is_some() && value.get("0").and_then(Value::as_str) == Some(ours)
}
