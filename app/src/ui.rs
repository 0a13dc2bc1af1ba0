//! The design system: small components that draw what `style/components/` describes.
//!
//! All of them render in full on the server and work by links, forms, `<dialog>` and `popover` before the
//! wasm arrives; `public/kit.js` adds keys, copying and what older browsers lack. Geometry and state stand in
//! attributes, never in `style=`.

mod button;
mod chip;
mod choice;
mod dialog;
mod field;
pub mod figure;
mod icon;
mod load;
mod menu;
mod note;
mod panel;
mod peek;
mod table;
mod toast;
mod url;
mod way;

pub use button::{Close, Copy, Opens, Submit};
pub use chip::{Avatar, Kbd, Label, Tag, Time};
pub use choice::Check;
pub use dialog::{ConfirmDialog, Dialog, close_dialog, close_on_success};
pub use field::{Field, Select, TextArea, failure};
pub use icon::{Icon, Mark};
pub use load::{Load, Skeleton};
pub use menu::Menu;
pub use note::{Callout, Empty, ErrorNote};
pub use panel::{Panel, Tools};
pub use peek::Peek;
pub use table::{Pager, SortHead, Table};
pub use toast::{Toast, Toaster, Toasts, provide_toaster, use_toaster};
pub use url::{use_href_with, use_is_here, use_route_params};
pub use way::{Crumb, Crumbs, Tabs};
