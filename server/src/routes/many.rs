//! Bodies that hold one thing, or a list of them.

use atelier_domain::fault::Fault;
use serde_json::Value;

/// Faults that a client hears of at once.
const PROBLEMS_MAX: usize = 20;

/// What a body held, and whether it was a list: faults of one thing are named without a place.
pub struct Many<T> {
    pub all: Vec<T>,
    is_list: bool,
}

impl<T> Many<T> {
    /// # Errors
    /// Invalid naming each field at fault, and for more than `most`.
    pub fn read(body: Value, most: usize, what: &str, read: fn(Value) -> Result<T, Fault>) -> Result<Self, Fault> {
        let (values, is_list) = match body {
            Value::Array(all) => (all, true),
            one => (vec![one], false),
        };
        if values.len() > most {
            return Err(Fault::field("", format!("At most {most} {what} at once; these are {}.", values.len())));
        }
        let (mut problems, mut all) = (Vec::new(), Vec::with_capacity(values.len()));
        for (at, one) in values.into_iter().enumerate() {
            match read(one) {
                Ok(one) => all.push(one),
                Err(fault) => problems.extend(fault.fields.into_iter().map(|mut error| {
                    error.field = place(is_list, at, &error.field);
                    error
                })),
            }
            if problems.len() >= PROBLEMS_MAX {
                break;
            }
        }
        if problems.is_empty() { Ok(Self { all, is_list }) } else { Err(Fault::fields(problems)) }
    }

    /// The things, and how a field of one of them is named.
    pub fn parts(self) -> (Vec<T>, impl Fn(usize, &str) -> String) {
        let is_list = self.is_list;
        (self.all, move |at: usize, name: &str| place(is_list, at, name))
    }
}

fn place(is_list: bool, at: usize, name: &str) -> String {
    if is_list { format!("[{at}].{name}") } else { name.to_owned() }
}
