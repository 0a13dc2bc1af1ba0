//! What an independent implementation says to the same votes, and the figures of public data.

mod pandalm;
mod reference;
