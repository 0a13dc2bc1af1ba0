//! Before somebody is signed in: the first start, signing in, and links that let somebody in.
//!
//! Each of these is one form, whose answer loads the next page anew: who looks has changed.

mod frame;
mod invite;
mod proof;
mod reset;
mod set_up;
mod sign_in;

pub use invite::Invite;
pub use reset::Reset;
pub use set_up::SetUp;
pub use sign_in::SignIn;
