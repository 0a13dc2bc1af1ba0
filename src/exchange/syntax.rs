//! Templates of other tools as templates of ours.
//!
//! A source is taken apart and put together again as a [`Template`], so what comes out always parses: braces that mean
//! nothing here are escaped. What the source could say and ours cannot is told once a text, by its kind.

mod fstring;
mod jinja;
mod mustache;
mod plain;
#[cfg(test)]
mod tests;

use super::{
    names,
    notes::{Notes, listed},
};
use crate::template::{Include, Part, Template};

/// How a source is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    /// Nothing in it is a tag.
    Literal,
    /// `{{name}}`, `\{{` and `{{\}}`, as here; everything else is text, includes too.
    Plain,
    /// Python's `str.format`, which LangChain calls f-string: `{name}`, `{{`.
    FString,
    Mustache,
    /// Jinja and Nunjucks.
    Jinja,
}

/// The source as a template of ours.
pub(super) fn convert(source: &str, syntax: Syntax, notes: &mut Notes) -> String {
    let mut builder = Builder::default();
    builder.read(source, syntax);
    builder.finish(notes)
}

/// What a source says and a template of ours cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loss {
    /// A tag that stands as text now.
    Kept,
    /// A filter, a format or an escape of a variable.
    Filter,
    Comment,
    Renamed,
    /// `user.name`, looked up in `user` there.
    Path,
}

/// A template as it is put together.
#[derive(Debug, Default)]
pub(super) struct Builder {
    template: Template,
    /// Text that is not in the template yet.
    text: String,
    losses: Vec<(Loss, String)>,
}

impl Builder {
    pub(super) fn read(&mut self, source: &str, syntax: Syntax) {
        match syntax {
            Syntax::Literal => self.text(source),
            Syntax::Plain => plain::read(source, self),
            Syntax::FString => fstring::read(source, self),
            Syntax::Mustache => mustache::read(source, self),
            Syntax::Jinja => jinja::read(source, self),
        }
    }

    fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn trim_end(&mut self) {
        self.text.truncate(self.text.trim_end().len());
    }

    /// A tag that cannot be carried over, as text.
    fn kept(&mut self, tag: &str) {
        self.text(tag);
        self.lose(Loss::Kept, tag);
    }

    fn lose(&mut self, loss: Loss, shown: impl Into<String>) {
        self.losses.push((loss, shown.into()));
    }

    /// A variable; false where there can be none of this name.
    fn variable(&mut self, wanted: &str) -> bool {
        let wanted = wanted.trim();
        let Some(name) = names::variable(wanted) else { return false };
        if name != wanted {
            self.lose(Loss::Renamed, format!("{wanted} → {name}"));
        }
        if name.contains('.') {
            self.lose(Loss::Path, name.clone());
        }
        self.part(Part::Variable(name));
        true
    }

    pub(super) fn include(&mut self, include: Include) {
        self.part(Part::Include(include));
    }

    fn part(&mut self, part: Part) {
        self.template.push(Part::Text(std::mem::take(&mut self.text)));
        self.template.push(part);
    }

    pub(super) fn finish(mut self, notes: &mut Notes) -> String {
        self.template.push(Part::Text(std::mem::take(&mut self.text)));
        for loss in [Loss::Kept, Loss::Filter, Loss::Comment, Loss::Renamed, Loss::Path] {
            let mut shown = self.losses.iter().filter(|(lost, _)| *lost == loss).map(|(_, shown)| shown.as_str()).peekable();
            if shown.peek().is_some() {
                notes.say(sentence(loss, &listed(shown)));
            }
        }
        self.template.to_string()
    }
}

fn sentence(loss: Loss, shown: &str) -> String {
    match loss {
        Loss::Kept => format!("As text now, and without effect: {shown}. Templates here have variables and includes, no sections, blocks or expressions."),
        Loss::Filter => format!("A plain variable now, without filter or format: {shown}."),
        Loss::Comment => "Comments in its templates are left out.".to_owned(),
        Loss::Renamed => format!("A variable has another name now: {shown}."),
        Loss::Path => format!("One variable now, whose value is given under the whole name: {shown}."),
    }
}
