//! What asking a model costs: tokens used, prices, and the table that says which model has which price.
//!
//! Money is whole nano-dollars. Prices are exact decimals of USD per million tokens. A request's sum is exact until its end, where
//! it is rounded up once; so it is never below what the parts cost, and never a nano-dollar above.

mod decimal;
mod model;
mod nanos;
mod price;
mod table;
mod usage;

pub use model::{ModelEntry, ModelKind};
pub use nanos::Nanos;
pub use price::{Above, Price, Rate};
pub use table::Table;
pub use usage::Usage;
