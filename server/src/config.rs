//! The settings: from the environment, else from `atelier.toml` under the same names, else a default. Read once, at the start.

pub mod network;
pub mod secret;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use atelier_backend::gateway::Private;
use atelier_domain::fault::Fault;
use network::Network;

/// Names that we know; `ATELIER_SHARED` and `ATELIER_CACHE` are for tests and tools.
const KNOWN: [&str; 14] = [
    "ATELIER_ADDR",
    "ATELIER_METRICS_ADDR",
    "ATELIER_URL",
    "ATELIER_DATA",
    "ATELIER_SITE",
    "ATELIER_MODELS",
    "ATELIER_ADMIN_EMAIL",
    "ATELIER_ADMIN_PASSWORD",
    "ATELIER_SECRET_KEY",
    "ATELIER_TRUSTED_PROXIES",
    "ATELIER_ALLOW_PRIVATE",
    "ATELIER_LOG",
    "ATELIER_SHARED",
    "ATELIER_CACHE",
];
const FILE: &str = "atelier.toml";
const SECRET_MIN: usize = 32;

#[derive(Clone)]
pub struct Config {
    pub addr: SocketAddr,
    /// Of `/metrics`, where it is not served with everything else.
    pub metrics_addr: Option<SocketAddr>,
    /// The public address as it was set, without a trailing slash.
    pub url: Option<String>,
    pub data: PathBuf,
    pub site: PathBuf,
    pub models: PathBuf,
    pub database_url: String,
    /// E-mail and password of the first administrator.
    pub admin: Option<(String, String)>,
    pub secret_key: Option<String>,
    pub trusted_proxies: Vec<Network>,
    /// Which outgoing addresses may be private.
    pub allow_private: Private,
    pub log: String,
}

impl Config {
    /// Reads environment and file; gives the warnings beside it.
    ///
    /// # Errors
    /// One sentence that names the bad setting.
    pub fn read() -> Result<(Self, Vec<String>), String> {
        let mut values = match std::fs::read_to_string(FILE) {
            Ok(text) => file(&text)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(format!("{FILE} cannot be read: {error}.")),
        };
        let ours = |name: &str| name.starts_with("ATELIER_") || name == "DATABASE_URL";
        values.extend(std::env::vars().filter(|(name, _)| ours(name)));
        Self::parse(values)
    }

    /// # Errors
    /// As [`Config::read`].
    pub fn parse(mut values: BTreeMap<String, String>) -> Result<(Self, Vec<String>), String> {
        // An empty setting is one that is not there: `ATELIER_URL= atelier serve`.
        values.retain(|_, value| !value.trim().is_empty());
        let unknown = values.keys().filter(|name| !KNOWN.contains(&name.as_str()) && *name != "DATABASE_URL");
        let warnings = unknown.map(|name| format!("{name} is not a setting of Atelier: it is ignored.")).collect();
        let mut take = |name: &str| values.remove(name);

        let addr = take("ATELIER_ADDR").unwrap_or_else(|| "127.0.0.1:3000".to_owned());
        let addr = addr.parse().map_err(|_| format!("ATELIER_ADDR must be an address and a port, such as 127.0.0.1:3000: “{addr}” is not."))?;
        let metrics_addr = take("ATELIER_METRICS_ADDR")
            .map(|addr| addr.parse().map_err(|_| format!("ATELIER_METRICS_ADDR must be an address and a port, such as 127.0.0.1:9464: “{addr}” is not.")));
        let metrics_addr = metrics_addr.transpose()?;
        let data = PathBuf::from(take("ATELIER_DATA").unwrap_or_else(|| "./data".to_owned()));
        let database_url = take("DATABASE_URL").unwrap_or_else(|| format!("sqlite://{}/atelier.db", data.display()));
        atelier_backend::db::check_url(&database_url)?;
        let secret_key = take("ATELIER_SECRET_KEY");
        if secret_key.as_ref().is_some_and(|key| key.len() < SECRET_MIN) {
            return Err(format!("ATELIER_SECRET_KEY must have at least {SECRET_MIN} characters."));
        }
        let config = Self {
            addr,
            metrics_addr,
            url: take("ATELIER_URL").map(|url| public_url(&url)).transpose()?,
            site: take("ATELIER_SITE").map_or_else(default_site, PathBuf::from),
            models: PathBuf::from(take("ATELIER_MODELS").unwrap_or_else(|| "./models".to_owned())),
            admin: admin(take("ATELIER_ADMIN_EMAIL"), take("ATELIER_ADMIN_PASSWORD"))?,
            trusted_proxies: network::list(&take("ATELIER_TRUSTED_PROXIES").unwrap_or_default()).map_err(|what| format!("ATELIER_TRUSTED_PROXIES: {what}"))?,
            allow_private: take("ATELIER_ALLOW_PRIVATE").map_or(Ok(Private::default()), |value| value.trim().parse()).map_err(|fault: Fault| fault.message)?,
            log: take("ATELIER_LOG").unwrap_or_else(|| "info".to_owned()),
            data,
            database_url,
            secret_key,
        };
        Ok((config, warnings))
    }

    /// The public address where we listen on `bound`, without a trailing slash.
    pub fn public_url(&self, bound: SocketAddr) -> String {
        let host =
            if bound.ip().is_unspecified() { "127.0.0.1".to_owned() } else { SocketAddr::new(bound.ip(), 0).to_string().trim_end_matches(":0").to_owned() };
        self.url.clone().unwrap_or_else(|| format!("http://{host}:{}", bound.port()))
    }

    pub fn postgres(&self) -> bool {
        self.database_url.starts_with("postgres")
    }

    /// Where the weights of the local model are looked for.
    pub fn weights(&self) -> PathBuf {
        self.models.join("smollm2-135m-instruct.gguf")
    }
}

/// A flat table of names and plain values.
fn file(text: &str) -> Result<BTreeMap<String, String>, String> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| format!("{FILE} is not valid TOML: {}.", error.message()))?;
    let plain = |(name, value)| match value {
        toml::Value::String(text) => Ok((name, text)),
        toml::Value::Integer(_) | toml::Value::Boolean(_) => Ok((name, value.to_string())),
        _ => Err(format!("{FILE}: {name} must be a text, as in {name} = \"…\".")),
    };
    table.into_iter().map(plain).collect()
}

fn public_url(text: &str) -> Result<String, String> {
    let bad = || format!("ATELIER_URL must be an address such as https://atelier.example.com, without a path: “{text}” is not.");
    let uri: http::Uri = text.trim().parse().map_err(|_| bad())?;
    let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(bad)?.to_lowercase();
    let scheme = uri.scheme_str().filter(|scheme| ["http", "https"].contains(scheme)).ok_or_else(bad)?;
    if uri.path().len() > 1 || uri.query().is_some() || uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return Err(bad());
    }
    // Browsers leave out the port that the scheme implies.
    let port = uri.port_u16().filter(|port| (scheme, *port) != ("http", 80) && (scheme, *port) != ("https", 443));
    Ok(port.map_or_else(|| format!("{scheme}://{host}"), |port| format!("{scheme}://{host}:{port}")))
}

fn admin(email: Option<String>, password: Option<String>) -> Result<Option<(String, String)>, String> {
    match (email, password) {
        (None, None) => Ok(None),
        (Some(email), Some(password)) => Ok(Some((email, password))),
        (Some(_), None) => Err("ATELIER_ADMIN_EMAIL is set without ATELIER_ADMIN_PASSWORD: set both, or neither.".to_owned()),
        (None, Some(_)) => Err("ATELIER_ADMIN_PASSWORD is set without ATELIER_ADMIN_EMAIL: set both, or neither.".to_owned()),
    }
}

/// What `make` built, else what stands beside the binary.
fn default_site() -> PathBuf {
    let built = Path::new("./target/site");
    let beside = std::env::current_exe().ok().and_then(|binary| Some(binary.parent()?.join("site")));
    beside.filter(|_| !built.is_dir()).unwrap_or_else(|| built.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(values: &[(&str, &str)]) -> Result<(Config, Vec<String>), String> {
        Config::parse(values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn without_settings_everything_has_its_documented_default() {
        let (config, warnings) = parse(&[]).unwrap();
        assert_eq!(config.addr.to_string(), "127.0.0.1:3000");
        assert_eq!(config.public_url(config.addr), "http://127.0.0.1:3000");
        assert_eq!(config.database_url, "sqlite://./data/atelier.db");
        assert_eq!(config.models, PathBuf::from("./models"));
        assert_eq!(config.allow_private, Private::Providers);
        assert!(config.admin.is_none() && config.trusted_proxies.is_empty() && warnings.is_empty());
    }

    #[test]
    fn a_bad_setting_is_one_sentence_that_names_it() {
        for (name, value) in [
            ("ATELIER_ADDR", "3000"),
            ("ATELIER_URL", "atelier.example.com"),
            ("ATELIER_URL", "https://example.com/atelier"),
            ("ATELIER_URL", "ftp://example.com"),
            ("DATABASE_URL", "mysql://x/y"),
            ("ATELIER_ADMIN_EMAIL", "a@b.c"),
            ("ATELIER_ADMIN_PASSWORD", "four plain words here"),
            ("ATELIER_SECRET_KEY", "short"),
            ("ATELIER_TRUSTED_PROXIES", "10.0.0.0/8, proxy"),
            ("ATELIER_ALLOW_PRIVATE", "some"),
        ] {
            let sentence = parse(&[(name, value)]).err().unwrap();
            assert!(sentence.contains(name) && sentence.ends_with('.') && !sentence.contains('\n'), "{sentence}");
        }
    }

    #[test]
    fn an_unknown_name_is_a_warning() {
        let (_, warnings) = parse(&[("ATELIER_PORT", "1"), ("ATELIER_CACHE", "x"), ("ATELIER_LOG", "debug")]).unwrap();
        assert_eq!(warnings, ["ATELIER_PORT is not a setting of Atelier: it is ignored."]);
    }

    #[test]
    fn a_public_address_is_kept_as_browsers_write_origins() {
        for (given, kept) in [
            ("https://Atelier.Example.com/", "https://atelier.example.com"),
            ("https://a.example:443", "https://a.example"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:3000", "http://[::1]:3000"),
        ] {
            assert_eq!(public_url(given).unwrap(), kept);
        }
        for (bound, url) in [("0.0.0.0:80", "http://127.0.0.1:80"), ("[::1]:3000", "http://[::1]:3000"), ("192.0.2.1:0", "http://192.0.2.1:0")] {
            assert_eq!(parse(&[]).unwrap().0.public_url(bound.parse().unwrap()), url);
        }
    }

    #[test]
    fn the_file_says_the_same_as_the_environment() {
        let values = file("ATELIER_ADDR = \"0.0.0.0:80\"\nATELIER_ALLOW_PRIVATE = 'none'\n").unwrap();
        assert_eq!(values["ATELIER_ADDR"], "0.0.0.0:80");
        assert!(file("ATELIER_ADDR = [1]").unwrap_err().contains("ATELIER_ADDR"));
        assert!(file("nonsense").unwrap_err().contains("atelier.toml"));
    }
}
