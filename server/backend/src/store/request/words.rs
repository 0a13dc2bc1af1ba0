//! What a search looks for among the words of bodies.

use atelier_domain::{fault::Fault, request::RequestFilter};

use crate::db::{Db, Engine, internal};

/// A beginning that more words have is looked for as a beginning, which gathers all that have it before it hands out one.
const ENDINGS: usize = 64;
/// Shorter beginnings are words of their own: nobody means all that begins with an "a".
const SHORTEST: usize = 3;
/// Words of a search that count.
const WORDS: usize = 20;

/// A query for the index of words: every word has to be there, the last one may go on. `None` where nothing is searched for.
pub async fn words_of(db: &mut Db, engine: Engine, filter: &RequestFilter) -> Result<Option<String>, Fault> {
    let Some(text) = filter.q.as_deref() else { return Ok(None) };
    let mut words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(WORDS).collect();
    let Some(last) = words.pop() else {
        // Nothing but punctuation: a word that stands nowhere.
        return Ok(Some("\"\u{fffd}\"".to_owned()));
    };
    let query = match engine {
        Engine::Sqlite => {
            let last = ending(db, last).await?;
            words.iter().map(|word| format!("\"{word}\"")).chain([last]).collect::<Vec<_>>().join(" AND ")
        }
        Engine::Postgres => words.iter().map(|word| format!("'{word}'")).chain([format!("'{last}':*")]).collect::<Vec<_>>().join(" & "),
    };
    Ok(Some(query))
}

/// The words with this beginning, each by its name where there are few: then their places are read as they are wanted.
async fn ending(db: &mut Db, beginning: &str) -> Result<String, Fault> {
    let any = format!("\"{beginning}\"*");
    // What the index makes of other letters (accents, case) is its own affair.
    if !beginning.is_ascii() {
        return Ok(any);
    }
    let beginning = beginning.to_ascii_lowercase();
    if beginning.len() < SHORTEST {
        return Ok(format!("\"{beginning}\""));
    }
    let mut words: Vec<String> = Vec::new();
    let mut from = beginning.clone();
    while let Some(word) = next(db, &from).await?.filter(|word| word.starts_with(&beginning)) {
        if words.len() == ENDINGS {
            return Ok(any);
        }
        // The next word that there can be: of letters and digits, all of them after "!".
        from = format!("{word}!");
        words.push(format!("\"{word}\""));
    }
    // None has it: then the beginning itself finds nothing.
    Ok(if words.is_empty() { format!("\"{beginning}\"") } else { format!("({})", words.join(" OR ")) })
}

async fn next(db: &mut Db, from: &str) -> Result<Option<String>, Fault> {
    let sql = "SELECT term FROM request_words_terms WHERE term >= $1 LIMIT 1";
    sqlx::query_scalar(sql).bind(from).fetch_optional(db).await.map_err(internal)
}
